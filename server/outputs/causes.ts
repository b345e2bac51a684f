// What each cause of a failing output means to a person: what happened and what to do, in one sentence.
import type { OutputCause, OutputKind } from '../contract/outputs.ts';
import type { Words } from '../core/errors.ts';

const causes: Record<OutputCause, Words> = {
  refused: {
    es: 'El servidor de destino rechaza la conexión. Revise la dirección y el puerto; si están bien, la plataforma está caída.',
    en: 'The destination server refuses the connection. Check the address and port; if they are right, the platform is down.',
  },
  unresolved: {
    es: 'No se encuentra el servidor de destino. Revise que la dirección esté bien escrita y que haya internet.',
    en: 'The destination server cannot be found. Check the spelling of the address and that there is internet.',
  },
  rejected: {
    es: 'La plataforma no acepta la clave de transmisión. Copie la clave actual desde la plataforma y escríbala de nuevo.',
    en: 'The platform does not accept the stream key. Copy the current key from the platform and enter it again.',
  },
  kicked: {
    es: 'La plataforma cerró la transmisión. Revise allá si el evento terminó, si otro equipo usa la misma clave o si hay un aviso de derechos.',
    en: 'The platform closed the stream. Check there whether the event ended, another encoder uses the same key, or there is a rights notice.',
  },
  certificate: {
    es: 'El certificado de seguridad del destino no es válido. Revise la dirección y la fecha de este equipo; no se envía nada hasta que se corrija.',
    en: 'The security certificate of the destination is not valid. Check the address and the date of this machine; nothing is sent until it is fixed.',
  },
  timeout: {
    es: 'El destino no contesta. Revise internet y la dirección; se sigue intentando.',
    en: 'The destination does not answer. Check the internet and the address; it keeps trying.',
  },
  stalled: {
    es: 'El destino dejó de recibir. Se reconecta solo; si se repite, revise la subida de internet.',
    en: 'The destination stopped receiving. It reconnects by itself; if it repeats, check the upload.',
  },
  slow: {
    es: 'La subida no alcanza para este destino: se atrasa y pierde cuadros. Baje la calidad o apague otra salida.',
    en: 'The upload is too slow for this destination: it falls behind and drops frames. Lower the quality or stop another output.',
  },
  unauthorized: {
    es: 'El servidor de radio no acepta la contraseña. Escriba la contraseña de la fuente (source) del punto de montaje.',
    en: 'The radio server does not accept the password. Enter the source password of the mount.',
  },
  mountTaken: {
    es: 'Otro equipo ya transmite en ese punto de montaje. Apáguelo o use otro punto de montaje.',
    en: 'Another encoder already feeds that mount. Stop it or use another mount.',
  },
  noProgram: {
    es: 'Todavía no hay programa ni «Ya regresamos» para enviar. Revise que OBS esté transmitiendo.',
    en: 'There is no program or slate to send yet. Check that OBS is streaming.',
  },
  diskFull: {
    es: 'No queda espacio en el disco para grabar. Libere espacio o cambie de disco; la grabación sigue sola cuando lo haya.',
    en: 'There is no disk space left to record. Free some or change the disk; recording goes on by itself when there is.',
  },
  folder: {
    es: 'No se puede escribir en la carpeta de grabaciones. Revise que exista y sus permisos.',
    en: 'The recordings folder cannot be written. Check that it exists and its permissions.',
  },
  shed: {
    es: 'Detenida para proteger a las demás: la subida de internet no alcanza. Vuelve sola cuando alcance.',
    en: 'Stopped to protect the others: the upload is too small. It comes back by itself when it suffices.',
  },
  encoder: {
    es: 'Este equipo no alcanza a codificar esta salida y se pierden cuadros; la subida está bien. Elija un tamaño o una calidad menor, o cierre otros programas.',
    en: 'This machine is too slow to encode this output and frames are lost; the upload is fine. Choose a smaller size or quality, or close other programs.',
  },
  spawn: {
    es: 'No se pudo iniciar ffmpeg. Revise que esté instalado y que el equipo tenga memoria libre.',
    en: 'ffmpeg could not be started. Check that it is installed and that the machine has free memory.',
  },
  unknown: {
    es: 'La salida falló por una causa no reconocida. Se sigue intentando; el detalle está abajo.',
    en: 'The output failed for an unrecognised reason. It keeps trying; the detail is below.',
  },
};

/** Some kinds answer some causes with other words: they have passwords, passphrases, an encode. */
const ofKind: Partial<Record<OutputKind, Partial<Record<OutputCause, Words>>>> = {
  icecast: {
    rejected: {
      es: 'El servidor de radio rechazó la emisión. Revise el punto de montaje y la contraseña de la fuente.',
      en: 'The radio server rejected the feed. Check the mount and the source password.',
    },
    kicked: {
      es: 'El servidor de radio cerró la emisión. Revise si se reinició o si otro equipo tomó el punto de montaje.',
      en: 'The radio server closed the feed. Check whether it restarted or another encoder took the mount.',
    },
    stalled: {
      es: 'El servidor de radio no responde. Se reconecta solo; si sigue, avise a quien lo administra.',
      en: 'The radio server does not answer. It reconnects by itself; if it goes on, tell whoever runs it.',
    },
  },
  srt: {
    rejected: {
      es: 'El receptor SRT no acepta la conexión. Confirme con quien recibe la frase de contraseña y el identificador (stream id).',
      en: 'The SRT receiver does not accept the connection. Confirm the passphrase and the stream id with whoever receives.',
    },
    timeout: {
      es: 'Nadie contesta en esa dirección SRT. Confirme que el receptor esté escuchando, el puerto UDP y que haya internet.',
      en: 'Nobody answers at that SRT address. Confirm that the receiver listens, the UDP port, and that there is internet.',
    },
    kicked: {
      es: 'El receptor SRT cerró la conexión. Revise con quien recibe; se vuelve a llamar solo.',
      en: 'The SRT receiver closed the connection. Check with whoever receives; it calls again by itself.',
    },
    stalled: {
      es: 'El receptor SRT dejó de contestar. Se vuelve a llamar solo; si se repite, revise internet o suba la latencia.',
      en: 'The SRT receiver stopped answering. It calls again by itself; if it repeats, check the internet or raise the latency.',
    },
  },
  recording: {
    slow: {
      es: 'El disco no alcanza a escribir la grabación y se pierden cuadros. Cierre lo que lo esté usando o cambie de disco.',
      en: 'The disk is too slow for the recording and frames are lost. Close what is using it or change the disk.',
    },
    stalled: {
      es: 'El disco dejó de recibir la grabación. Revise que no se haya desconectado; se sigue intentando.',
      en: 'The disk stopped taking the recording. Check that it was not disconnected; it keeps trying.',
    },
    timeout: {
      es: 'La grabación no logra empezar. Revise el disco; se sigue intentando.',
      en: 'The recording cannot begin. Check the disk; it keeps trying.',
    },
    kicked: {
      es: 'La grabación se interrumpió y sigue en un archivo nuevo. Si se repite, revise el disco.',
      en: 'The recording was interrupted and goes on in a new file. If it repeats, check the disk.',
    },
    unknown: {
      es: 'La grabación falló por una causa no reconocida. Se sigue intentando; el detalle está abajo.',
      en: 'The recording failed for an unrecognised reason. It keeps trying; the detail is below.',
    },
  },
  hls: {
    slow: {
      es: 'Este equipo no alcanza a preparar el reproductor web y se pierden cuadros. Cierre otros programas.',
      en: 'This machine is too slow to prepare the web player and frames are lost. Close other programs.',
    },
    stalled: {
      es: 'El reproductor web dejó de recibir el programa. Vuelve a empezar solo.',
      en: 'The web player stopped receiving the program. It starts again by itself.',
    },
    timeout: {
      es: 'El reproductor web no logra empezar. Se sigue intentando.',
      en: 'The web player cannot begin. It keeps trying.',
    },
    kicked: {
      es: 'El reproductor web se interrumpió. Vuelve a empezar solo.',
      en: 'The web player was interrupted. It starts again by itself.',
    },
  },
  vertical: {
    slow: {
      es: 'La subida no alcanza para la versión vertical: se atrasa y pierde cuadros. Baje su velocidad de video o apague otra salida.',
      en: 'The upload is too slow for the vertical version: it falls behind and drops frames. Lower its video rate or stop another output.',
    },
    encoder: {
      es: 'El procesador de este equipo no alcanza para la versión vertical y se pierden cuadros; la subida está bien. Elija 720×1280 y «Recorte» en sus ajustes, o cierre otros programas.',
      en: 'The processor of this machine is too slow for the vertical version and frames are lost; the upload is fine. Choose 720×1280 and “Crop” in its settings, or close other programs.',
    },
  },
};

/** The sentence for `cause` on an output of `kind`. */
export function causeWords(cause: OutputCause, kind: OutputKind): Words {
  return ofKind[kind]?.[cause] ?? causes[cause];
}
