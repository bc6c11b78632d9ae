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
