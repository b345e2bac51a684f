// What a crew types or scans to send one feed.
import type { FeedCredentials } from '../contract/field.ts';
import { authorityOf } from '../core/authority.ts';
import { StudioError } from '../core/errors.ts';
import type { StoredFeed, StoredUnit } from './unit-store.ts';

/** Address and key of a feed; `host` is how a crew reaches the studio, with a port where it has its own. */
export function feedCredentials(feed: StoredFeed, host: string, rtmpPort: number): FeedCredentials {
  return {
    id: feed.id,
    label: feed.label,
    rtmp: { url: `rtmp://${authorityOf(host, rtmpPort)}/field`, key: `${feed.id}?k=${feed.key}` },
  };
}

/** The feed of a unit; throws `notFound` when it has none of that id. */
export function foundFeed(unit: StoredUnit, id: string): StoredFeed {
  const feed = unit.feeds.find((f) => f.id === id);
  if (!feed) {
    throw new StudioError('notFound', {
      es: `«${unit.name}» no tiene esa señal.`,
      en: `“${unit.name}” has no such feed.`,
    });
  }
  return feed;
}
