// A report in the words of an older control: a neighbour by one release must still understand it whole. Pure.
import { airContractVersion, type AirOutputReport, type AirReport } from '../contract/air-link.ts';
import type { SlateKind } from '../contract/air.ts';
import type { OutputCause } from '../contract/outputs.ts';

/** The nearest thing contract 1 can say. */
const slates: Partial<Record<SlateKind, SlateKind>> = { freeze: 'rendered', encoded: 'rendered' };
const causes: Partial<Record<OutputCause, OutputCause>> = {
  diskFull: 'unknown',
  folder: 'unknown',
  shed: 'unknown',
  // Not `slow`: that would blame the uplink.
  encoder: 'unknown',
};

/** `report` for a control that issues orders of `contract`; the present one and newer get it as it is. */
export function reportFor(report: AirReport, contract: number): AirReport {
  if (contract >= airContractVersion) return report;
  return {
    ...report,
    contract,
    slate: slates[report.slate] ?? report.slate,
    outputs: Object.fromEntries(
      Object.entries(report.outputs).map(([id, output]) => [id, outputOfOne(output)]),
    ),
  };
}

function outputOfOne(output: AirOutputReport): AirOutputReport {
  const { problem } = output;
  const cause = problem && causes[problem.cause];
  return problem && cause ? { ...output, problem: { ...problem, cause } } : output;
}
