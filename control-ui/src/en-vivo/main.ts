// Where the public player begins: joins the server's word, the player and the guide into one page.
import { createControls } from './controls.ts';
import { element, mark, write } from './dom.ts';
import { cardOf, phaseOf } from './face.ts';
import { guideAt, untilText, whenText, type Guide, type Listing, type Wall } from './guide.ts';
import { latencyShown, mayGoLive } from './latency.ts';
import { createPlayer } from './player.ts';
import { watchServer } from './server.ts';
import {
  askedLanguage,
  firstLanguage,
  forgetAskedLanguage,
  rememberedLanguage,
  rememberLanguage,
  wordsIn,
  type Word,
} from './words.ts';
// oxlint-disable-next-line import/no-unassigned-import -- Vite collects the styles
import './style.css';

const root = document.documentElement;
const stage = element('stage', HTMLElement);
const video = element('video', HTMLVideoElement);
const soundButton = element('sound', HTMLButtonElement);
const goLive = element('go-live', HTMLButtonElement);
const language = element('language', HTMLButtonElement);
const listings = element('listings', HTMLElement);
/** Until the server has said what the station is. */
const nowhere: Wall = { zone: 'America/Bogota', locale: 'es-CO' };
const drawMs = 500;

let words = wordsIn(firstLanguage(askedLanguage() ?? rememberedLanguage(), navigator.languages));
const server = watchServer(onServer);
const player = createPlayer(video, () => {
  if (player.state === 'lost') server.ask();
  draw();
});
const controls = createControls(video, stage, draw);

function onServer(): void {
  const { says, live } = server.view;
  if (says === 'live') {
    player.want(live?.playlist ?? null);
    player.hurry();
  } else if (says === 'off' && player.state !== 'playing') player.want(null);
  draw();
}

function draw(): void {
  const { view } = server;
  const { say } = words;
  const wall = view.live?.station ?? nowhere;
  const now = server.stationNow();
  const guide = guideAt(view.listings, now);
  const phase = phaseOf(view.says, player.state);
  const card = cardOf(
    {
      phase,
      guide,
      now,
      wall,
      city: view.live?.station.city ?? '',
      ownZone: Intl.DateTimeFormat().resolvedOptions().timeZone,
      online: navigator.onLine,
    },
    words,
  );
  mark(stage, 'data-phase', phase);
  element('card', HTMLElement).hidden = card === null;
  write(element('card-title', HTMLElement), card?.title ?? '');
  write(element('card-more', HTMLElement), card?.more ?? '');
  write(element('card-note', HTMLElement), card?.note ?? '');
  write(element('mark-word', HTMLElement), say(markOf[phase]));
  const blocked = player.state === 'blocked';
  soundButton.hidden = !(blocked || (phase === 'live' && video.muted && !video.paused));
  write(element('sound-word', HTMLElement), say(blocked ? 'start' : 'sound'));
  drawLatency(phase === 'live');
  // What is planned now is only said to be on while the station is on the air.
  const present = phase === 'off' || phase === 'opening' ? null : guide.present;
  drawListing('now', present, (l) => untilText(l.end, wall, words));
  drawListing('next', guide.next, (l) => whenText(l.start, now, wall, words));
  drawLater(guide, (l) => whenText(l.start, now, wall, words));
  listings.hidden = guide.next === null && present === null;
  document.title = `${phase === 'live' ? `${say('live')} · ` : ''}${root.dataset['name'] ?? ''}`;
  controls.draw(words);
}

const markOf = {
  live: 'live',
  connecting: 'connecting',
  opening: 'connecting',
  lost: 'lost',
  off: 'notLive',
  unsupported: 'notLive',
} as const satisfies Record<string, Word>;

function drawLatency(playing: boolean): void {
  const shown = playing ? player.shownAt() : null;
  const byDate = shown === null ? null : (server.utcNow() - shown) / 1000;
  const edge = playing ? player.edge() : null;
  goLive.hidden = !playing || !mayGoLive(byDate, edge);
  const seconds = latencyShown(byDate, edge);
  if (seconds === null) return write(element('latency', HTMLElement), '');
  const digits = { minimumFractionDigits: 1, maximumFractionDigits: 1 };
  const figure = seconds.toLocaleString(words.language === 'es' ? 'es-CO' : 'en', digits);
  write(element('latency', HTMLElement), words.say('latency', { seconds: figure }));
}

function drawListing(id: string, listing: Listing | null, when: (l: Listing) => string): void {
  const place = element(id, HTMLElement);
  place.hidden = listing === null;
  if (!listing) return;
  write(place.querySelector('.title')!, listing.title);
  const more = [
    when(listing),
    listing.department,
    listing.signLanguage ? words.say('signLanguage') : '',
    listing.captions ? words.say('captions') : '',
  ];
  write(place.querySelector('.about')!, more.filter((text) => text !== '').join(' · '));
}

function drawLater({ later }: Guide, when: (l: Listing) => string): void {
  const place = element('later', HTMLElement);
  place.hidden = later.length === 0;
  const rows = later.map((l) => [when(l), l.title] as const);
  const key = JSON.stringify(rows);
  if (place.dataset['rows'] === key) return;
  place.dataset['rows'] = key;
  element('later-rows', HTMLUListElement).replaceChildren(
    ...rows.map(([time, title]) => {
      const row = document.createElement('li');
      const [timePlace, titlePlace] = [
        document.createElement('time'),
        document.createElement('span'),
      ];
      timePlace.textContent = time;
      titlePlace.textContent = title;
      titlePlace.lang = 'es';
      row.append(timePlace, titlePlace);
      return row;
    }),
  );
}

function speak(): void {
  root.lang = words.language;
  for (const place of document.querySelectorAll<HTMLElement>('[data-word]')) {
    write(place, words.say(place.dataset['word'] as Word));
  }
  write(language, words.say('other'));
  language.lang = words.language === 'es' ? 'en' : 'es';
  for (const guide of document.querySelectorAll<HTMLAnchorElement>('a[href^="/programacion"]')) {
    guide.href = `/programacion?lang=${words.language}`;
  }
  mark(stage, 'aria-label', words.say('stage'));
  draw();
}

/** The station's colours, which the server wrote into the page. */
function dress(): void {
  for (const name of ['brand', 'onBrand'] as const) {
    const color = root.dataset[name] ?? '';
    const property = name === 'brand' ? '--brand' : '--on-brand';
    if (/^#[0-9a-f]{6}$/i.test(color)) root.style.setProperty(property, color);
  }
}

language.addEventListener('click', () => {
  words = wordsIn(words.language === 'es' ? 'en' : 'es');
  rememberLanguage(words.language);
  forgetAskedLanguage();
  speak();
});
goLive.addEventListener('click', () => player.goLive());
soundButton.addEventListener('click', () => player.hurry());
window.addEventListener('online', () => server.ask());
document.addEventListener('visibilitychange', () => {
  if (document.visibilityState === 'visible') server.ask();
});
window.setInterval(draw, drawMs);
dress();
speak();
