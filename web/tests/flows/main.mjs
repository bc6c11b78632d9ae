// The flows a person takes, in a real browser against a running server: BASE=http://127.0.0.1:8080 [BROWSER=firefox] node tests/flows/main.mjs [NAME...]
// SPDX-License-Identifier: Apache-2.0
import { inFirefox } from '../browser.mjs';
import { account } from './account.mjs';
import { budgets } from './budgets.mjs';
import { chat } from './chat.mjs';
import { comments } from './comments.mjs';
import { feed } from './feed.mjs';
import { check, failures, finish, problems } from './harness.mjs';
import { languages } from './languages.mjs';
import { lists } from './lists.mjs';
import { login } from './login.mjs';
import { offline } from './offline.mjs';
import { phone } from './phone.mjs';
import { profiles } from './profiles.mjs';
import { safety } from './safety.mjs';
import { search } from './search.mjs';
import { share } from './share.mjs';
import { small } from './small.mjs';
import { upload } from './upload.mjs';
import { watching } from './watching.mjs';
import { world } from './world.mjs';

const FLOWS = {
  feed,
  watching,
  login,
  comments,
  profiles,
  search,
  lists,
  upload,
  chat,
  safety,
  account,
  offline,
  phone,
  languages,
  small,
  share,
  budgets,
};
/* Fingers, a page without script and the size of its heap: what the protocol that Firefox is driven by has no word for. */
const CHROMIUM_ONLY = ['phone', 'share', 'budgets'];
/* What a browser says by itself of a connection or a session that a flow takes away, or of an address that is meant to be missing. */
const EXPECTED =
  /ERR_INTERNET_DISCONNECTED|EventSource's response|ERR_FAILED|ERR_CONNECTION|status of (404|409|413|502)|Firefox can’t establish/;

/* `world` alone makes what the others find. */
const wanted = process.argv.slice(2);
const unknown = wanted.filter((name) => !(name in FLOWS) && name !== 'world');
try {
  if (unknown.length) throw new Error(`there is no flow ${unknown.join(', ')}`);
  const made = await world();
  for (const [name, flow] of Object.entries(FLOWS)) {
    if (wanted.length ? !wanted.includes(name) : inFirefox && CHROMIUM_ONLY.includes(name)) continue;
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
