// The plain page: pages through the feed, plays one video at a time, likes and comments for whoever is logged in.
// SPDX-License-Identifier: Apache-2.0
const $ = (selector, root = document) => root.querySelector(selector);
const feed = $('#feed');
const compact = new Intl.NumberFormat('en', { notation: 'compact', maximumFractionDigits: 1 });
const AHEAD = 4; // how many slides before the end the next page is fetched
const RETRY_MS = [2000, 4000, 8000, 15000]; // between two looks at a video that is being prepared
const NEEDS_LOGIN = 10004;
const videos = new Map(); // slide -> what the server said about its video
let session = JSON.parse(sessionStorage.getItem('session') ?? 'null');
let nextTime = Date.now();
let fetching = false;
let ended = false;
let muted = true;
let current = null; // the slide on screen

async function call(method, path, params = {}) {
  const query = new URLSearchParams({ ...params, ...(session && { token: session.token }) });
  const [url, body] = method === 'GET' ? [`/douyin/${path}/?${query}`] : [`/douyin/${path}/`, query];
  const reply = await fetch(url, { method, body, signal: AbortSignal.timeout(15000) });
  if (reply.status === 429) throw new Error('Too many requests. Please wait a moment.');
  if (!reply.ok) throw new Error(`The server answered ${reply.status}.`);
  const answer = await reply.json();
  if (answer.status_code === NEEDS_LOGIN) signIn(null);
  if (answer.status_code !== 0) throw new Error(answer.status_msg || 'That did not work.');
  return answer;
}

/* The server may know itself by another name than the address bar does: everything is fetched from here. */
const here = (address) => new URL(address, location.href).pathname;

function show(text, busy = false) {
  $('#state').hidden = !text;
  $('#state p').textContent = text;
  $('#state i').hidden = !busy;
  $('#state button').hidden = busy;
}

async function more() {
  if (fetching || ended) return;
  fetching = true;
  if (!videos.size) show('Loading…', true);
  try {
    const page = await call('GET', 'feed', { latest_time: nextTime });
    const known = new Set([...videos.values()].map((video) => video.id));
    page.video_list.filter((video) => !known.has(video.id)).forEach(addSlide);
    nextTime = page.next_time;
    ended = videos.size > 0 && videos.size === known.size;
    show(videos.size ? '' : 'No videos yet. The first one published will appear here.');
  } catch (error) {
    if (!videos.size) show(`The feed cannot be reached. ${error.message}`);
  } finally {
    fetching = false;
  }
}

function addSlide(video) {
  const slide = $('#slide').content.firstElementChild.cloneNode(true);
  const player = $('video', slide);
  videos.set(slide, video);
  player.poster = $('.backdrop', slide).src = here(video.cover_url);
  $('.avatar', slide).src = here(video.author.avatar);
  $('.about b', slide).textContent = `@${video.author.name}`;
  $('.about p', slide).textContent = video.title;
  player.onclick = () => (muted ? sound() : toggle(player));
  player.ontimeupdate = () => ($('progress', slide).value = player.currentTime / player.duration || 0);
  player.onerror = () => player.hasAttribute('src') && slide === current && unavailable(slide, 0);
  player.onloadedmetadata = () => {
    note(slide, '');
    slide.classList.toggle('wide', player.videoWidth > player.videoHeight * 0.7);
  };
  $('.sound', slide).hidden = !muted;
  $('.sound', slide).onclick = sound;
  $('.like', slide).onclick = () => like(slide);
  $('.talk', slide).onclick = () => talk(slide);
  counts(slide);
  feed.append(slide);
  watcher.observe(slide);
}

function counts(slide) {
  const video = videos.get(slide);
  $('.like', slide).setAttribute('aria-pressed', video.is_favorite);
  $('.like span', slide).textContent = compact.format(video.favorite_count);
  $('.talk span', slide).textContent = compact.format(video.comment_count);
}

function note(slide, text) {
  $('.note', slide).hidden = !text;
  $('.note', slide).textContent = text;
}

/* A video that is still being transcoded answers 404: say so and look again, less and less often. */
async function unavailable(slide, attempt) {
  const init = { headers: { Range: 'bytes=0-0' }, redirect: 'manual' };
  const found = (reply) => (reply.type === 'opaqueredirect' ? 200 : reply.status); // it lies elsewhere, and is there
  const status = await fetch(here(videos.get(slide).play_url), init).then(found, () => 0);
  if (slide !== current) return;
  if (status === 200 || status === 206) {
    note(slide, attempt ? '' : 'This video cannot be played here.');
    if (attempt) start(slide);
    return;
  }
  note(slide, status === 404 ? 'This video is being prepared…' : 'The video cannot be reached. Trying again…');
  setTimeout(() => slide === current && unavailable(slide, attempt + 1), RETRY_MS[Math.min(attempt, RETRY_MS.length - 1)]);
}

const toggle = (player) => (player.paused ? player.play().catch(() => {}) : player.pause());

function load(slide) {
  const player = $('video', slide);
  if (!player.hasAttribute('src') || player.error) player.src = here(videos.get(slide).play_url);
  return player;
}

function start(slide) {
  const player = load(slide);
  player.muted = muted;
  player.play().catch(() => {}); // refused until the first tap, or interrupted by the next swipe
}

/* Only the slide on screen and its neighbours keep a video open; the others show their cover. */
function enter(slide) {
  if (slide === current) return;
  current = slide;
  for (const other of feed.children) {
    const player = $('video', other);
    player.pause();
    if (![slide, slide.nextElementSibling, slide.previousElementSibling].includes(other) && player.hasAttribute('src')) {
      player.removeAttribute('src');
      player.load();
    }
  }
  start(slide);
  if (slide.nextElementSibling) load(slide.nextElementSibling);
  if ([...feed.children].indexOf(slide) >= feed.children.length - AHEAD) more();
}

const entered = (entries) => entries.filter((entry) => entry.isIntersecting).forEach((entry) => enter(entry.target));
const watcher = new IntersectionObserver(entered, { root: feed, threshold: 0.6 });

function sound() {
  muted = !muted;
  document.querySelectorAll('.sound').forEach((button) => (button.hidden = !muted));
  if (current) $('video', current).muted = muted;
}

function step(slide) {
  slide?.scrollIntoView({ behavior: matchMedia('(prefers-reduced-motion: reduce)').matches ? 'auto' : 'smooth' });
}

function signIn(next) {
  session = next;
  sessionStorage.setItem('session', JSON.stringify(next));
  $('#account').textContent = next ? `${next.name} · Log out` : 'Log in';
}

async function like(slide) {
  const video = videos.get(slide);
  if (!session) return $('#login').showModal();
  const set = (on) => {
    video.favorite_count += Number(on) - Number(video.is_favorite);
    video.is_favorite = on;
    counts(slide);
  };
  const wanted = !video.is_favorite;
  set(wanted);
  const answer = call('POST', 'favorite/action', { video_id: video.id, action_type: wanted ? 1 : 2 });
  await answer.catch(() => set(!wanted));
}

function commentItem({ user, content, create_date }) {
  const item = document.createElement('li');
  const [picture, name, text, date] = ['img', 'b', 'span', 'small'].map((tag) => document.createElement(tag));
  Object.assign(picture, { src: here(user.avatar), alt: '', width: 40, height: 40 });
  [name.textContent, text.textContent, date.textContent] = [user.name, content, create_date];
  item.append(picture, name, text, date);
  return item;
}

async function talk(slide) {
  const video = videos.get(slide);
  const [title, list] = [$('#comments h2'), $('#comments ol')];
  const heading = () => (title.textContent = `${compact.format(video.comment_count)} comments`);
  heading();
  list.replaceChildren();
  $('#comments form').onsubmit = async (event) => {
    event.preventDefault();
    if (!session) return $('#login').showModal();
    const field = event.target.elements.text;
    const params = { video_id: video.id, action_type: 1, comment_text: field.value };
    try {
      list.prepend(commentItem((await call('POST', 'comment/action', params)).comment));
      field.value = '';
      video.comment_count += 1;
      counts(slide);
      heading();
    } catch (error) {
      title.textContent = error.message;
    }
  };
  $('#comments').showModal();
  try {
    const { comment_list } = await call('GET', 'comment/list', { video_id: video.id });
    if (slide === current) list.replaceChildren(...comment_list.map(commentItem));
  } catch (error) {
    title.textContent = error.message;
  }
}

$('#login form').onsubmit = async (event) => {
  event.preventDefault();
  const fields = Object.fromEntries(new FormData(event.target));
  try {
    const { user_id, token } = await call('POST', 'user/login', fields);
    signIn({ id: user_id, name: fields.username, token });
    $('#login').close();
    event.target.reset();
  } catch (error) {
    $('#login .error').textContent = error.message;
  }
};

const keys = {
  ArrowDown: () => step(current?.nextElementSibling), j: () => step(current?.nextElementSibling),
  ArrowUp: () => step(current?.previousElementSibling), k: () => step(current?.previousElementSibling),
  ' ': () => current && toggle($('video', current)), m: sound,
  l: () => current && like(current), c: () => current && talk(current),
};
addEventListener('keydown', (event) => {
  const busy = event.ctrlKey || event.metaKey || event.altKey || $('dialog[open]') || event.target.closest('button, input');
  if (!keys[event.key] || busy) return;
  event.preventDefault();
  keys[event.key]();
});
document.querySelectorAll('dialog').forEach((dialog) => {
  dialog.addEventListener('click', ({ target }) => (target === dialog || 'close' in target.dataset) && dialog.close());
});
$('#account').onclick = () => (session ? signIn(null) : $('#login').showModal());
$('#state button').onclick = more;
signIn(session);
more();
