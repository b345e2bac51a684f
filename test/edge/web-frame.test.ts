// The public player inside somebody else's page: for those the station names, in a real browser; no other page ever.
import { writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import express from 'express';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startBrowser } from '../kit/browser.ts';
import { openRoom, type Room } from './web-room.ts';

let browser: Browser;
let portal: Server;
let portalUrl: string;
let room: Room;

beforeAll(async () => {
  // A page of the city that shows whatever address it is asked to.
  portal = createServer((req, res) => {
    const src = new URL(req.url ?? '/', 'http://portal').searchParams.get('src') ?? '';
    res.setHeader('content-type', 'text/html; charset=utf-8');
    res.end(`<!doctype html><title>Portal</title><iframe name="in" src="${encodeURI(src)}">`);
  });
  await new Promise<void>((resolve) => portal.listen(0, '127.0.0.1', resolve));
  portalUrl = `http://127.0.0.1:${(portal.address() as AddressInfo).port}`;
  browser = await startBrowser();
  room = await openRoom({
    playerFramedBy: ['https://www.example.org', portalUrl],
    publicRoutes: express.Router().get('/programacion', (_req, res) => void res.send('guía')),
  });
  writeFileSync(join(room.pageDir, 'en-vivo.html'), '<!doctype html><h1>{{name}}</h1>');
  writeFileSync(join(room.pageDir, 'index.html'), '<!doctype html><h1>control</h1>');
});
afterAll(async () => {
  await browser?.close();
  await room?.close();
  await new Promise((resolve) => portal?.close(resolve));
});

/** What a page of the portal at `host` shows of `path`, the browser's refusal included. */
async function framed(path: string, host = '127.0.0.1'): Promise<string> {
  const page = await browser.newPage();
  const refused = new Promise<string>((resolve) => {
    page.on('console', (message) => {
      if (/frame-ancestors/.test(message.text())) resolve('refused');
    });
  });
  const origin = portalUrl.replace('127.0.0.1', host);
  await page.goto(`${origin}/?src=${encodeURIComponent(`${room.url}${path}`)}`);
  const shown = page
    .frame('in')
    ?.locator('h1')
    .textContent()
    .then((text) => text ?? '');
  const seen = await Promise.race([refused, shown ?? refused]);
  // Closing the page ends the wait for the heading that does not come.
  shown?.catch(() => undefined);
  await page.close();
  return seen;
}

test('a page the station names shows the player; the same portal by another name does not', async () => {
  expect(await framed('/en-vivo')).toBe('Prueba');
  expect(await framed('/en-vivo.html')).toBe('Prueba');
  expect(await framed('/en-vivo', 'localhost')).toBe('refused');
});

test('no other page is ever shown in a frame', async () => {
  for (const path of ['/', '/programacion', '/api/v1/public/live.json']) {
    const { headers } = await fetch(`${room.url}${path}`);
    expect(headers.get('content-security-policy'), path).toContain("frame-ancestors 'none'");
    expect(headers.get('x-frame-options'), path).toBe('DENY');
  }
  expect(await framed('/')).toBe('refused');
});

test('the player’s headers: the list and nothing more; without one, nobody', async () => {
  const { headers } = await fetch(`${room.url}/en-vivo`);
  const policy = headers.get('content-security-policy') ?? '';
  expect(policy).toContain(`; frame-ancestors https://www.example.org ${portalUrl}`);
  expect(policy.startsWith("default-src 'none'; ")).toBe(true);
  // It knows no list: browsers that read both would refuse everybody.
  expect(headers.get('x-frame-options')).toBeNull();

  const closed = await openRoom();
  writeFileSync(join(closed.pageDir, 'en-vivo.html'), '<!doctype html>');
  const none = await fetch(`${closed.url}/en-vivo`);
  expect(none.headers.get('content-security-policy')).toMatch(/; frame-ancestors 'none'$/);
  expect(none.headers.get('x-frame-options')).toBe('DENY');
  await closed.close();
});
