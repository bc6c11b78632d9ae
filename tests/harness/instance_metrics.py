# What an instance tells operators of itself.
# SPDX-License-Identifier: Apache-2.0
import httpx

from prometheus_text import Metrics


def metrics(instance):
    return Metrics(httpx.get(instance.ops_url('/metrics'), trust_env=False, timeout=30).text)


def total(instance, name):
    """The sum of a metric over its labels."""
    return sum(value for (sample, _), value in metrics(instance).samples.items() if sample == name)


def served(instance):
    """Calls that it has answered."""
    return total(instance, 'duan_rpc_server_calls_total')


def reaches(instance, service):
    """It knows instances of the service, and leaves none of them out; or it calls none."""
    samples, of_it = metrics(instance).samples, frozenset({('service', service)})
    return samples.get(('duan_rpc_client_instances', of_it), 1) and not samples.get(('duan_rpc_client_ejected', of_it), 0)
