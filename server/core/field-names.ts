// The names of a command's fields as people read them on the page, for sentences that say which one is wrong. Pure.

/** Spanish of the fields that forms of the page fill in; the words are those of the forms. */
const names: Readonly<Record<string, string>> = {
  at: 'Hora',
  backupUrl: 'Dirección de respaldo',
  bitrateKbps: 'Velocidad de audio',
  color: 'Color',
  date: 'Fecha',
  department: 'Dependencia',
  durationMs: 'Duración de la transición',
  end: 'Fin',
  fileMinutes: 'Duración de cada archivo',
  fit: 'Cómo se vuelve vertical',
  focus: 'Qué parte se ve',
  from: 'Desde',
  input: 'Entrada de audio',
  kbps: 'Subida contratada',
  key: 'Clave',
  latencyMs: 'Espera por paquetes perdidos',
  lowpassHz: 'Corte de agudos',
  mayShed: 'Puede detenerse si la subida no alcanza',
  minFreeGb: 'Espacio que debe quedar libre',
  name: 'Nombre',
  note: 'Nota',
  partMs: 'Atraso del público',
  password: 'Contraseña',
  priority: 'Prioridad',
  profile: 'Plataforma o tipo de equipo',
  program: 'Programa',
  roles: 'Roles',
  scene: 'Escena',
  settings: 'Ajustes',
  start: 'Inicio',
  streamId: 'Identificador (stream id)',
  text: 'Texto',
  time: 'Hora',
  title: 'Título',
  to: 'Hasta',
  transition: 'Transición',
  url: 'Dirección',
  user: 'Usuario',
  videoKbps: 'Velocidad de video',
  width: 'Tamaño',
  windowSeconds: 'Cuánto puede retroceder quien mira',
  withAir: 'Empieza y termina con la emisión',
};

/**
 * The Spanish name of the field at `path` (JSON path, dots). A path into a list or a file keeps its own
 * form, which says where to look; and so does a field that no form shows.
 */
export function fieldName(path: string): string {
  const name = path.replace(/^settings\./, '');
  return Object.hasOwn(names, name) ? (names[name] ?? path) : path;
}
