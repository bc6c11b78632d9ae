// The flows a person takes, in a real browser against a running server: BASE=http://127.0.0.1:8080 node tests/flows/main.mjs [NAME...]
// SPDX-License-Identifier: Apache-2.0
import { account } from './account.mjs';
import { budgets } from './budgets.mjs';
import { chat } from './chat.mjs';
import { comments } from './comments.mjs';
import { feed } from './feed.mjs';
import { check, clip, failures, finish, follow, newcomer, open, problems, publish } from './harness.mjs';
import { languages } from './languages.mjs';
import { login } from './login.mjs';
import { phone } from './phone.mjs';
import { profiles } from './profiles.mjs';
import { safety } from './safety.mjs';
import { small } from './small.mjs';
import { upload } from './upload.mjs';

const FLOWS = { feed, login, comments, profiles, upload, chat, safety, account, phone, languages, small, budgets };
const VIDEOS = 9;
/* What a browser says by itself of a connection or a session that a flow takes away, or of an address that is meant to be missing. */
const EXPECTED =
  /ERR_INTERNET_DISCONNECTED|EventSource's response|ERR_FAILED|ERR_CONNECTION|status of (404|409|413|502)/;

/** Two people who follow each other; the first has published enough to swipe through. */
async function world() {
  const author = await open();
  const friend = await open();
  const made = { author, friend, authorUser: await newcomer(author), friendUser: await newcomer(friend), videos: [] };
  await follow(author, made.friendUser.id);
  await follow(friend, made.authorUser.id);
  const files = [];
  for (let kind = 0; kind < 3; kind++) files.push(await clip(kind));
  for (let at = 0; at < VIDEOS; at++)
    made.videos.unshift(await publish(author, files[at % files.length], `Clip ${VIDEOS - at} of the flows`));
  return made;
}

const wanted = process.argv.slice(2);
try {
  const made = await world();
  for (const [name, flow] of Object.entries(FLOWS)) {
    if (wanted.length && !wanted.includes(name)) continue;
    console.log(`-- ${name}`);
    await flow(made).catch((error) => check(`${name} goes through`, false, error.message.slice(0, 600)));
  }
  const told = [...new Set(problems)].filter((one) => !EXPECTED.test(one));
  check('no page error and no violation of the policy anywhere', told.length === 0, told.join(' | ').slice(0, 900));
} catch (error) {
  failures.push('world');
  console.error(error);
}
await finish();
