// The server’s time as the page reckons it from packets that come late.
import { describe, expect, it } from 'vitest';
import { createServerClock } from '../../control-ui/src/state/server-clock.ts';

describe('the server’s clock', () => {
  it('takes the packet that was least delayed', () => {
    let local = 0;
    const clock = createServerClock(() => local);
    local = 1000;
    clock.learn(10_900);
    local = 2000;
    clock.learn(11_990);
    local = 3000;
    clock.learn(12_500);
    expect(clock.now()).toBe(3000 + 9990);
  });

  it('is not set back by what waited while the page hung', () => {
    let local = 0;
    const clock = createServerClock(() => local);
    for (local = 0; local < 5000; local += 500) clock.learn(local + 9000);
    local = 17_000;
    for (let sent = 5000; sent < 17_000; sent += 250) clock.learn(sent + 9000);
    expect(clock.now()).toBe(17_000 + 9000);
  });

  it('follows a clock that was set', () => {
    let local = 0;
    const clock = createServerClock(() => local);
    for (local = 0; local < 5000; local += 1000) clock.learn(local + 9000);
    for (; local < 25_000; local += 1000) clock.learn(local + 4000);
    expect(clock.now()).toBe(25_000 + 4000);
  });
});
