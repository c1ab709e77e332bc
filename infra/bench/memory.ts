import { readFileSync } from 'node:fs'
import type { Package } from '../emulator/lambda/packaged-functions.ts'
import { openSite } from './site.ts'
import { table } from './table.ts'
import { invoke, warmCases } from './warm-functions.ts'

const SAMPLES = 10
/** The allowed growth between the least memory soon after the warm-up and the least at the end. */
const LIMIT_MEBIBYTES = 4

/**
 * V8 doubles the space for young objects whenever many of them are in use at once, which looks like a leak. So this space is small in the
 * measured processes.
 */
const OPTIONS = '--max-semi-space-size=1'

/** The functions of the hot path, by the names of their cases. */
const CASES = [
  ...['token, opaque', 'token, opaque, with a DPoP proof by a new key', 'introspection, opaque'],
  ...['standard introspection, opaque', 'authorizer'],
]

/**
 * Invokes packaged functions many times under Lambda's runtime client, and reads the resident memory of their processes.
 *
 * @returns lines with the memory after each tenth of the invocations, and the names of the functions that grow
 */
export async function measureMemory(
  packaged: Package,
  { invocations, keys, withTls }: { invocations: number; keys: number; withTls: boolean },
): Promise<{ lines: string[]; growing: string[] }> {
  await using opened = new AsyncDisposableStack()
  const site = await openSite(withTls, opened)
  const limited = { ...site, aws: { ...site.aws, NODE_OPTIONS: OPTIONS } }
  const build = { name: 'this', archives: packaged.archives }
  const warm = await warmCases(limited, packaged, [build], keys, opened)
  const cases = warm.filter(({ name }) => CASES.includes(name))
  const measured: { readonly name: string; readonly mebibytes: readonly number[] }[] = []
  for (const each of cases) {
    const [running] = each.processes
    if (running === undefined) continue
    const mebibytes = []
    for (let i = 0; i < SAMPLES; i++) {
      await invoke(each, running, Math.ceil(invocations / SAMPLES))
      mebibytes.push(residentMebibytes(running.pid))
    }
    measured.push({ name: each.name, mebibytes })
  }
  const growing = measured
    .filter(({ mebibytes }) => grownBy(mebibytes) > LIMIT_MEBIBYTES)
    .map(({ name }) => name)
  const head = Array.from({ length: SAMPLES }, (_, i) => `${((i + 1) / SAMPLES) * 100} %`)
  const rows = measured.map(({ name, mebibytes }) => [name, ...mebibytes.map((each) => each.toFixed(0))])
  const verdict = growing.length === 0 ? 'flat' : `GROWING: ${growing.join('; ')}`
  return {
    growing,
    lines: [
      `MiB of resident memory of a packaged function under Lambda's runtime client, with ${OPTIONS}, after shares of`,
      `${invocations} invocations:`,
      '',
      ...table(['', ...head], rows),
      '',
      verdict,
    ],
  }
}

/**
 * The compiler and caches come first. Then the memory rises and falls with the collections of garbage, so only its lowest values are compared.
 *
 * @param mebibytes ten samples
 * @returns the growth in MiB
 */
export function grownBy(mebibytes: readonly number[]): number {
  return Math.min(...mebibytes.slice(-4)) - Math.min(...mebibytes.slice(3, 6))
}

function residentMebibytes(pid: number): number {
  return Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) / 1024
}
