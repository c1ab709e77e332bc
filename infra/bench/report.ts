import { cpus } from 'node:os'
import type { HandlerRow, InProcessReady } from './in-process.ts'
import { CONNECTIONS } from './loopback.ts'
import { callsPerSecond, cpuPerCall, type Figure, type NamedSamples, type Sample } from './rounds.ts'

export interface Results extends ReturnType<typeof conditions>, InProcessReady {
  readonly engine: string
  readonly rounds: number
  readonly requests: number
  readonly loopback: readonly NamedSamples[]
}

export function conditions() {
  const [cpu, ...more] = cpus()
  return {
    date: new Date().toISOString(),
    node: process.version,
    cpu: (cpu?.model ?? 'unknown').trim(),
    cores: more.length + 1,
  }
}

export function print(results: Results, json: boolean): void {
  const text = json ? JSON.stringify(asFigures(results), undefined, 2) : asTables(results)
  console.log(text)
}

function asFigures({ loopback, handlers, parts, ...about }: Results) {
  return {
    ...about,
    connections: CONNECTIONS,
    unit: 'CPU microseconds a call: user and system time, median of the rounds',
    loopback: loopback.map(({ name, samples }) => ({
      name,
      cpu: cpuPerCall(samples),
      toEcho: toEcho(samples, loopback),
      callsPerSecond: callsPerSecond(samples),
    })),
    handlers: handlers.map(({ name, withSdk, withoutSdk }) => ({
      name,
      withSdk: cpuPerCall(withSdk),
      withoutSdk: cpuPerCall(withoutSdk),
    })),
    parts: parts.map(({ name, samples }) => ({ name, cpu: cpuPerCall(samples) })),
  }
}

function asTables(results: Results): string {
  const { date, node, cpu, cores, engine, rounds, requests, loopback, handlers, parts } = results
  return [
    `certbound bench, ${date}, Node ${node}, ${cores} x ${cpu}`,
    `CPU microseconds a call (user and system), median of ${rounds} rounds of ${requests}, least and most beside it`,
    '',
    `Over mutual TLS: server process alone, ${CONNECTIONS} kept-alive connections, ${engine} engine in another process`,
    ...table(
      ['', 'CPU us', 'least-most', 'x echo', 'requests/s'],
      loopback.map(({ name, samples }) => loopbackCells(name, samples, loopback)),
    ),
    '',
    'In process: handlers with canned answers of DynamoDB, below the SDK and in place of it',
    ...table(['', 'CPU us', 'least-most', 'own code', 'least-most'], handlers.map(handlerCells)),
    '',
    'Parts',
    ...table(
      ['', 'CPU us', 'least-most'],
      parts.map(({ name, samples }) => [name, ...figureCells(cpuPerCall(samples))]),
    ),
  ].join('\n')
}

function loopbackCells(name: string, samples: readonly Sample[], loopback: readonly NamedSamples[]) {
  const perSecond = callsPerSecond(samples).median.toFixed(0)
  return [name, ...figureCells(cpuPerCall(samples)), toEcho(samples, loopback).toFixed(1), perSecond]
}

function handlerCells({ name, withSdk, withoutSdk }: HandlerRow): string[] {
  return [name, ...figureCells(cpuPerCall(withSdk)), ...figureCells(cpuPerCall(withoutSdk))]
}

function toEcho(samples: readonly Sample[], [echo]: readonly NamedSamples[]): number {
  return cpuPerCall(samples).median / cpuPerCall(echo?.samples ?? []).median
}

function figureCells({ median, min, max }: Figure): [string, string] {
  const digits = median < 20 ? 1 : 0
  return [median.toFixed(digits), `${min.toFixed(digits)}-${max.toFixed(digits)}`]
}

/** The first column to the left, all others to the right. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string[] {
  const all = [head, ...rows]
  const widths = head.map((_, column) => Math.max(...all.map((row) => row[column]?.length ?? 0)))
  return all.map((row) =>
    row
      .map((cell, column) =>
        column === 0 ? cell.padEnd(widths[0] ?? 0) : cell.padStart(widths[column] ?? 0),
      )
      .join('  '),
  )
}
