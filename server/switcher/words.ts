// The switcher's sentences that more than one file says.
import { StudioError, type Words } from '../core/errors.ts';

/** About the connection: what is wrong and what to do. */
export const linkWords = {
  connecting: { es: 'Buscando OBS…', en: 'Looking for OBS…' },
  starting: { es: 'OBS está arrancando…', en: 'OBS is starting…' },
  noAnswer: {
    es: 'OBS no responde. Abra OBS y revise que su servidor WebSocket esté activo; se reintenta solo.',
    en: 'OBS does not answer. Open OBS and check that its WebSocket server is on; retrying by itself.',
  },
  ownNoAnswer: {
    es: 'El OBS del servidor no responde; se reintenta solo.',
    en: 'The OBS of this server does not answer; retrying by itself.',
  },
  ownRestarting: {
    es: 'El OBS del servidor dejó de funcionar; el servidor lo reinicia solo.',
    en: 'The OBS of this server stopped working; the server restarts it by itself.',
  },
  slow: {
    es: 'OBS está tardando en responder; espere antes de repetir una orden.',
    en: 'OBS is slow to answer; wait before you repeat an order.',
  },
  lost: {
    es: 'Se perdió la conexión con OBS; se reintenta solo.',
    en: 'The connection to OBS was lost; retrying by itself.',
  },
  late: {
    es: 'OBS no respondió a tiempo; mire el estado antes de repetir.',
    en: 'OBS did not answer in time; look at the state before trying again.',
  },
  notReady: { es: 'OBS está cargando; espere.', en: 'OBS is loading; wait.' },
  badPassword: {
    es: 'OBS rechazó la contraseña. Ponga la de OBS (Herramientas, Ajustes del servidor WebSocket) en STUDIO_OBS_PASSWORD.',
    en: 'OBS refused the password. Put the one of OBS (Tools, WebSocket Server Settings) in STUDIO_OBS_PASSWORD.',
  },
} satisfies Record<string, Words>;

/** OBS has no scene of that name. */
export function noScene(name: string, scenes: readonly string[]): StudioError {
  return new StudioError(
    'notFound',
    { es: `OBS no tiene la escena «${name}».`, en: `OBS has no scene “${name}”.` },
    { context: { scene: name, scenes } },
  );
}

/** OBS has no input of that name, or not one fit for this. */
export function noInput(name: string, inputs: readonly string[]): StudioError {
  return new StudioError(
    'notFound',
    { es: `OBS no tiene la fuente «${name}».`, en: `OBS has no input “${name}”.` },
    { context: { input: name, inputs } },
  );
}

/** The program is not the one the sender saw. */
export function programMoved(present: string | null): StudioError {
  return new StudioError(
    'conflict',
    {
      es: `El programa ya cambió: ahora está «${present ?? 'nada'}». Mire y decida de nuevo.`,
      en: `The program has changed: “${present ?? 'nothing'}” is on now. Look and decide again.`,
    },
    { context: { present } },
  );
}
