// gRPC of Node.js as a client of the test service: prints what became of each call, as JSON.
// SPDX-License-Identifier: Apache-2.0
// client.js ADDRESS FOLDER-OF-PROTOS...
'use strict';
const grpc = require('@grpc/grpc-js');
const loader = require('@grpc/proto-loader');

const [address, ...includeDirs] = process.argv.slice(2);
const options = { includeDirs, keepCase: true, longs: String, enums: String, oneofs: true };
const load = (file) => grpc.loadPackageDefinition(loader.loadSync(file, options));
const plain = grpc.credentials.createInsecure();
const kit = new (load('kit.proto').duan.kit.v1.Kit)(address, plain);
const health = new (load('grpc/health/v1/health.proto').grpc.health.v1.Health)(address, plain);
const reflection = new (load('grpc/reflection/v1/reflection.proto').grpc.reflection.v1.ServerReflection)(address, plain);

// The reply, or the failure, of one unary call.
function call(client, method, message, { metadata = new grpc.Metadata(), ...more } = {}) {
  return new Promise((resolve) => client[method](message, metadata, more, (error, reply) => resolve(error
    ? { code: error.code, details: error.details, reason: error.metadata.get('duan-reason')[0] }
    : { reply })));
}

// The first message of a stream.
function first(stream) {
  return new Promise((resolve) => {
    stream.on('error', () => {});
    stream.on('data', (message) => { resolve(message); stream.cancel(); });
  });
}

async function main() {
  const metadata = new grpc.Metadata();
  metadata.set('duan-user', '42');
  const seen = {};
  seen.echo = await call(kit, 'Echo', { i64: '-5', s: '短', ss: ['', 'a'], pick_text: '' });
  seen.register = await call(kit, 'Register', {});
  seen.refuse = await call(kit, 'Refuse', { code: 9, text: 'ü 短 100 %', reason: 'video_gone' });
  seen.late = await call(kit, 'Echo', { s: 'until the deadline' }, { deadline: Date.now() + 300 });
  seen.who = await call(kit, 'Echo', { s: 'who' }, { metadata });
  seen.many = (await Promise.all([...Array(200).keys()].map((i) => call(kit, 'Echo', { i64: i + 1 })))).map((one) => one.reply.i64);
  seen.check = await call(health, 'Check', { service: 'duan.kit.v1.Kit' });
  seen.watch = await first(health.Watch({ service: 'nothing' }));
  const dialogue = reflection.ServerReflectionInfo();
  dialogue.write({ list_services: '' });
  seen.services = (await first(dialogue)).list_services_response.service.map((service) => service.name);
  console.log(JSON.stringify(seen));
  for (const client of [kit, health, reflection]) client.close();
}

main();
