# The document of the API: well-formed, and true of the server that gives it.
# SPDX-License-Identifier: Apache-2.0
import json
import os
import re
import subprocess
from pathlib import Path

import pytest

from checks import JSON_TYPE, NO_SESSION
from client import ENDPOINTS
from effort import rounds
from pypi_tools import KEPT, programs

# A refusal is HTTP 200 here: tests below ask the envelope instead of HTTP's status.
NOT_ASKED = 'negative_data_rejection,positive_data_acceptance,ignored_auth'
HERE = Path(__file__).parent
RUN_S = 3000  # a busy machine; reaching it means "never"
SOME_FIELDS = {'Id': 1, 'Action': 1, 'SendAction': 1, 'Name': 'somebody', 'Password': 'correct horse', 'Title': 'a title',
               'CommentText': 'nice', 'MessageText': 'hello', 'File': b'bytes', 'UploadId': '0123456789abcdef', 'TusVersion': '1.0.0', 'Count': 1,
               'Positive': 1, 'SearchText': 'a', 'ReportKind': 'video', 'ReportReason': 'spam', 'Seen': {'video_id': 1, 'watched_ms': 1}}


@pytest.fixture(scope='module')
def document(server, clients):
    answer = clients(server.url).http.get('/openapi.json')
    assert (answer.status_code, answer.headers['content-type']) == (200, JSON_TYPE)
    return answer.json()


@pytest.fixture(scope='module')
def operations(document):
    return [(method, path, what) for path, methods in document['paths'].items() for method, what in methods.items()]


def small_world(new_user, clips, url=None):
    """For requests to meet: somebody with a video, a comment, a friend and messages."""
    one, two = new_user(url), new_user(url)
    video = one.publish_new(clips.data('tiny.mp4'))['id']
    two.comment(video, 'nice')
    two.like(video)
    two.follow(one.id)
    one.follow(two.id)
    two.send(one.id, 'hello')
    return one


def name_of(schema):
    return schema['$ref'].rsplit('/', 1)[1]


def some(schema):
    return [some(schema['items'])] if 'items' in schema else SOME_FIELDS[name_of(schema)]


def body_of(operation):
    """The media type and the schema of a form, or neither."""
    content = operation.get('requestBody', {}).get('content', {})
    return next(((kind, of['schema']) for kind, of in content.items()), (None, {}))


def wanted_fields(operation):
    """Every field that must be there, with a value: of the path, of the query, of the body."""
    taken = [(p['in'], p['name'], p['schema']) for p in operation['parameters'] if p['required']]
    body = body_of(operation)[1]
    taken += [('body', name, body['properties'][name]) for name in body.get('required', ())]
    return {(where, name): some(schema) for where, name, schema in taken}


def ask(http, method, path, fields, operation):
    """One request with these fields; the reply's code."""
    for (where, name), value in fields.items():
        path = path.replace(f'{{{name}}}', str(value)) if where == 'path' else path
    query = {name: value for (where, name), value in fields.items() if where == 'query'}
    form = {name: value for (where, name), value in fields.items() if where == 'body'}
    files = {name: form.pop(name) for name in list(form) if isinstance(form[name], bytes)}
    kind_of_body = body_of(operation)[0]
    headers = {} if kind_of_body or method == 'get' else {'content-length': '0'}
    headers |= {name: str(value) for (where, name), value in fields.items() if where == 'header'}
    body = {'json': form} if kind_of_body == 'application/json' else {'data': form or None, **({'files': files} if files else {})}
    return http.request(method.upper(), path, params=query, headers=headers, **body).json()


def test_the_document_is_openapi_3_1(document):
    assert document['openapi'].startswith('3.1.')
    kept = KEPT / 'openapi.json'
    tools = programs()
    kept.write_text(json.dumps(document), 'utf-8')
    done = subprocess.run([tools / 'python', '-m', 'openapi_spec_validator', kept], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_every_endpoint_of_the_contract_is_in_it(document):
    for method, path in ENDPOINTS.values():
        assert method.lower() in document['paths'][path]


def test_what_needs_a_session_is_refused_without_one(operations, a_video_id, anyone):
    asked = 0
    for method, path, operation in operations:
        if operation['security'] and {} not in operation['security']:
            reply = ask(anyone.http, method, path, wanted_fields(operation), operation)
            assert reply['status_code'] == NO_SESSION, (method, path, reply)
            asked += 1
    assert asked > 5


def test_a_field_that_must_be_there_is_missed(operations, a_video_id, new_user):
    who = new_user()
    for method, path, operation in operations:
        fields = {**wanted_fields(operation), **({('query', 'token'): who.token} if operation['security'] else {})}
        for left_out in [field for field in fields if field[0] in ('query', 'body') and field[1] != 'token']:
            rest = {field: value for field, value in fields.items() if field != left_out}
            reply = ask(who.http, method, path, rest, operation)
            assert reply['status_code'] != 0, (method, path, left_out)


def test_schemathesis_finds_nothing(own_server, new_user, clips, tmp_path):
    """On a server of its own: it registers, uploads and changes passwords as it likes; streams of events end soon."""
    server = own_server({'events.age': '100ms', 'events.interval': '50ms'})
    one = small_world(new_user, clips, server.url)
    done = subprocess.run([programs() / 'schemathesis', '--config-file', HERE / 'schemathesis.toml', 'run', f'{server.url}/openapi.json',
                           '--header', f'Authorization: Bearer {one.token}', '--exclude-checks', NOT_ASKED, '--max-examples', str(rounds(10, 300)), '--no-color'],
                          cwd=tmp_path, env={**os.environ, 'SCHEMATHESIS_HOOKS': str(HERE / 'more_types.py'), 'PYTHONDONTWRITEBYTECODE': '1'},
                          stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False, timeout=RUN_S)
    assert done.returncode == 0, done.stdout[-6000:] + done.stderr[-2000:]
    assert re.search(r'(\d+) generated, \1 passed', done.stdout), done.stdout[-6000:]
