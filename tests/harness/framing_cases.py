# Requests on both sides of what HTTP/1.1 allows: hostile, doubtful and honest framing.
# SPDX-License-Identifier: Apache-2.0
import pytest

NEXT = b'GET /douyin/feed/ HTTP/1.1\r\nHost: a\r\n\r\n'
LAST = b'GET /douyin/feed/ HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n'
POST = b'POST /douyin/favorite/action/ HTTP/1.1\r\nHost: a\r\n'
GET = b'GET /douyin/feed/ HTTP/1.1\r\nHost: a\r\n'
CHUNKED = POST + b'Transfer-Encoding: chunked\r\n\r\n'


def lines(*values):
    return b''.join(value + b'\r\n' for value in values)


HOSTILE = {
    'two lengths that differ': POST + b'Content-Length: 5\r\nContent-Length: 6\r\n\r\nhello',
    'two equal lengths': POST + b'Content-Length: 5\r\nContent-Length: 5\r\n\r\nhello',
    'length then chunked':
        POST + b'Content-Length: 6\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\nG',
    'chunked then length':
        POST + b'Transfer-Encoding: chunked\r\nContent-Length: 6\r\n\r\n0\r\n\r\nG',
    'xchunked': POST + b'Transfer-Encoding: xchunked\r\n\r\n',
    'xchunked with a length':
        POST + b'Transfer-Encoding: xchunked\r\nContent-Length: 5\r\n\r\nhello',
    'chunked, then identity':
        POST + b'Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n\r\n0\r\n\r\n',
    'identity, chunked': POST + b'Transfer-Encoding: identity, chunked\r\n\r\n0\r\n\r\n',
    'chunked with a blank': POST + b'Transfer-Encoding: chunked \r\n\r\n0\r\n\r\n',
    'chunked after a vertical tab': POST + b'Transfer-Encoding: \x0bchunked\r\n\r\n0\r\n\r\n',
    'blank before the colon':
        POST + b'Transfer-Encoding : chunked\r\nContent-Length: 5\r\n\r\nhello',
    'tab before the colon': POST + b'Content-Length\t: 5\r\n\r\nhello',
    'length +5': POST + b'Content-Length: +5\r\n\r\nhello',
    'length 5, 5': POST + b'Content-Length: 5, 5\r\n\r\nhello',
    'length -1': POST + b'Content-Length: -1\r\n\r\n',
    'length 0x5': POST + b'Content-Length: 0x5\r\n\r\nhello',
    'empty length': POST + b'Content-Length:\r\n\r\nhello',
    'length 2^64+5': POST + b'Content-Length: 18446744073709551621\r\n\r\nhello',
    'chunk of 2^64+1': CHUNKED + b'10000000000000001\r\nx\r\n0\r\n\r\n',
    'chunk of 0x5': CHUNKED + b'0x5\r\nhello\r\n0\r\n\r\n',
    'chunk of -1': CHUNKED + b'-1\r\nhello\r\n0\r\n\r\n',
    'bare LF everywhere': b'GET /douyin/feed/ HTTP/1.1\nHost: a\n\n',
    'bare LF after one header': b'GET /douyin/feed/ HTTP/1.1\r\nHost: a\nX: b\r\n\r\n',
    'bare CR in a value': GET + b'X: a\rContent-Length: 5\r\n\r\n',
    'folded line': GET + b'X: a\r\n b\r\n\r\n',
    'folded length': POST + b'Content-Length:\r\n 5\r\n\r\nhello',
    'first line folded': b'GET /douyin/feed/ HTTP/1.1\r\n Host: a\r\nHost: a\r\n\r\n',
    'no Host': b'GET /douyin/feed/ HTTP/1.1\r\n\r\n',
    'two Hosts': GET + b'Host: b\r\n\r\n',
    'NUL in a value': GET + b'X: a\0b\r\n\r\n',
    'bare LF as the last line end': b'GET /douyin/feed/ HTTP/1.1\r\nHost: a\r\n\n',
    'NULs at the beginning of the last value': GET + b'X:\0\0\0\0 a\r\n\r\n',
    'NULs in the last value': GET + b'X: a\0\0\0\0: b\r\n\r\n',
    'NUL at the end of a value': GET + b'X: a\0\r\nY: b\r\n\r\n',
    'NUL in a name': GET + b'X\0Y: a\r\n\r\n',
    'NUL before a length': POST + b'X: a\0\r\nContent-Length: 5\r\n\r\nhello',
    'empty name': GET + b': a\r\n\r\n',
    'no colon': GET + b'abc\r\n\r\n',
    'bad byte in a name': GET + b'X(a): b\r\n\r\n',
    'name in UTF-8': GET + 'Ünï: b\r\n\r\n'.encode(),
    'header of 64 KiB': GET + b'X: ' + b'a' * 65536 + b'\r\n\r\n',
    '200 headers': GET + lines(*[b'X-%d: a' % i for i in range(200)]) + b'\r\n',
    'HTTP/1.0 chunked': b'POST /douyin/favorite/action/ HTTP/1.0\r\nHost: a\r\n'
                        b'Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n',
    'HTTP/2.0': b'GET /douyin/feed/ HTTP/2.0\r\nHost: a\r\n\r\n',
    'HTTP/1.2': b'GET /douyin/feed/ HTTP/1.2\r\nHost: a\r\n\r\n',
    'HTTP/0.9': b'GET /douyin/feed/\r\n\r\n',
    'two blanks in the first line': b'GET /douyin/feed/  HTTP/1.1\r\nHost: a\r\n\r\n',
    'blank in the target': b'GET /douyin/feed/ x HTTP/1.1\r\nHost: a\r\n\r\n',
    'NUL in the target': b'GET /douyin/feed/\0x HTTP/1.1\r\nHost: a\r\n\r\n',
}
# Lenient readers exist and do no harm here, as long as nothing behind them is read as a request.
DOUBTFUL = {
    'bare LF in chunks': CHUNKED + b'5\nhello\n0\n\n',
}
FORM = b'Content-Type: application/x-www-form-urlencoded\r\n'
HONEST = {
    'plain': GET + b'\r\n',
    'no blank, tabs, empty values':
        b'GET /douyin/feed/ HTTP/1.1\r\nHost:a\r\nX:\t \tb\r\nY:\r\nZ: \r\n\r\n',
    'blanks after a value': GET + b'X: b \t\r\n\r\n',
    'cookies of 2 KiB': GET + b'Cookie: ' + b'; '.join(b'k%d=%s' % (i, b'v' * 50)
                                                       for i in range(36)) + b'\r\nX: 1\r\n\r\n',
    '60 headers': GET + lines(*[b'X-%d: a' % i for i in range(60)]) + b'\r\n',
    'escaped query': b'GET /douyin/feed/?a=%41%20b+c&t=%E7%9F%AD HTTP/1.1\r\nHost: a\r\n\r\n',
    'GET with a body': b'GET /douyin/feed/?x=1 HTTP/1.1\r\nHost: a\r\n' + FORM
                       + b'Content-Length: 7\r\n\r\na=1&b=2',
    'POST of 40 KiB': POST + b'Content-Length: 40000\r\n\r\n' + b'z' * 40000,
    'POST without a body': POST + b'Content-Length: 0\r\n\r\n',
    'value in UTF-8': GET + 'X: 短视频\r\n\r\n'.encode(),
}


def by_name(table):
    return pytest.mark.parametrize('raw', table.values(), ids=table.keys())


# The first bytes are cut, the rest comes at once: where a head ends is what matters.
CUTS = {'whole': None, 'pieces of 7': 7, 'single bytes': 1}
CUT_BYTES = 1400


def cut_into(raw, step):
    """The request as the parts in which it is sent."""
    head, rest = raw[:CUT_BYTES], raw[CUT_BYTES:]
    step = step or len(head)
    return [head[at:at + step] for at in range(0, len(head), step)] + ([rest] if rest else [])


def each_cut():
    return pytest.mark.parametrize('step', CUTS.values(), ids=CUTS.keys())
