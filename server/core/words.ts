// The shape of whatever people read.

/** A sentence a person can act on, Spanish first. */
export interface Words {
  readonly es: string;
  readonly en: string;
}
