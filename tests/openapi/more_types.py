# Media types of ours that schemathesis does not know how to write: it loads this file itself.
# SPDX-License-Identifier: Apache-2.0
import schemathesis

schemathesis.serializer.alias('application/offset+octet-stream', 'application/octet-stream')
