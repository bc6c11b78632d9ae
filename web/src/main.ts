// Starts the client.
// SPDX-License-Identifier: Apache-2.0
import { mount } from 'svelte';
import App from './App.svelte';
import './app.css';
import { i18n } from './lib/i18n.svelte';
import { prefs } from './lib/prefs.svelte';
import { router } from './lib/router.svelte';
import { session } from './lib/session.svelte';
import { forYou } from './lib/source.svelte';

document.documentElement.dataset.theme = prefs.theme;
router.start();
void session.load();
if (router.route.name === 'forYou') void forYou().more(); // on its way before the first component is made
void i18n.init().then(() => mount(App, { target: document.getElementById('app')! }));
