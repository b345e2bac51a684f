// The headers that keep the page ours: a strict content policy that still works over plain http on a LAN.
import type { RequestHandler, Response } from 'express';
import helmet from 'helmet';

/** Middleware for every response. */
export function securityHeaders(): RequestHandler {
  const policy = helmet({
    contentSecurityPolicy: {
      useDefaults: false,
      directives: {
        defaultSrc: ["'self'"],
        scriptSrc: ["'self'"],
        // Styles set by script (element.style) need no exception: nothing inline is allowed.
        styleSrc: ["'self'"],
        imgSrc: ["'self'", 'blob:', 'data:'],
        fontSrc: ["'self'"],
        // The players feed the video element from memory, and demux in a worker.
        mediaSrc: ["'self'", 'blob:'],
        workerSrc: ["'self'", 'blob:'],
        // Older Safari does not count a WebSocket to the same host as 'self'.
        connectSrc: ["'self'", (req) => socketSource(req.headers.host)],
        objectSrc: ["'none'"],
        baseUri: ["'none'"],
        formAction: ["'self'"],
        frameAncestors: ["'none'"],
      },
    },
    // The station is used over http on its own network: nothing may force https there.
    strictTransportSecurity: false,
    // For browsers that do not know frame-ancestors.
    xFrameOptions: { action: 'deny' },
    crossOriginOpenerPolicy: false,
    originAgentCluster: false,
    referrerPolicy: { policy: 'same-origin' },
  });
  return (req, res, next) => {
    // Browsers complain in the console when these come over http from anywhere but localhost.
    if (req.secure) {
      res.setHeader('Cross-Origin-Opener-Policy', 'same-origin');
      res.setHeader('Origin-Agent-Cluster', '?1');
    }
    policy(req, res, next);
  };
}

/**
 * Sets the headers of the public player: its own files, and media from memory; no socket, no form, and
 * in a frame only on pages of the origins `framedBy` (`profiles/station.json`).
 */
export function setPlayerHeaders(res: Response, framedBy: readonly string[]): void {
  const policy = [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "img-src 'self'",
    "font-src 'self'",
    "connect-src 'self'",
    "media-src 'self' blob:",
    "worker-src 'self' blob:",
    "base-uri 'none'",
    "form-action 'none'",
    `frame-ancestors ${framedBy.length === 0 ? "'none'" : framedBy.join(' ')}`,
  ];
  res.setHeader('Content-Security-Policy', policy.join('; '));
  // The older header knows no list, and where both are read it would forbid what the list allows.
  if (framedBy.length > 0) res.removeHeader('X-Frame-Options');
}

/** Only something that looks like a host may enter the header. */
function socketSource(host: string | undefined): string {
  return host && /^[A-Za-z0-9.:[\]-]{1,255}$/.test(host) ? `ws://${host} wss://${host}` : "'self'";
}

/** Answers about the present are never kept by anybody. */
export const noStore: RequestHandler = (_req, res, next) => {
  res.setHeader('Cache-Control', 'no-store');
  next();
};
