// What people are told of an air process that does not do well.
import type { AlarmWords } from '../core/alarms.ts';

/** The alarm for an air that lives but does not dial in. */
export function silentAlarm(pid: number): AlarmWords {
  return {
    severity: 'critical',
    what: {
      es: 'El proceso de emisión está vivo pero no se comunica con el servidor.',
      en: 'The air process is alive but does not talk to the server.',
    },
    advice: {
      es: `Se deja como está para no cortar lo que esté al aire (proceso ${pid}). Si nada está al aire, reinicie el servidor con Ctrl-C y npm start.`,
      en: `It is left alone so as not to cut what is on the air (process ${pid}). If nothing is on the air, restart the server with Ctrl-C and npm start.`,
    },
  };
}

/** The alarm for an air that falls as it starts; its log is `file`. */
export function crashingAlarm(file: string): AlarmWords {
  return {
    severity: 'critical',
    what: {
      es: 'El proceso de emisión se cae al arrancar.',
      en: 'The air process falls as it starts.',
    },
    advice: {
      es: `Se sigue intentando. La causa está al final de ${file}.`,
      en: `It keeps trying. The cause is at the end of ${file}.`,
    },
  };
}
