import type { Bench } from './bench.ts';
export async function soak(_: Bench): Promise<void> {}
