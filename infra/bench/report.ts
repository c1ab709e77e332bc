import { cpus } from 'node:os'
import type { InProcessReady } from './in-process.ts'
import { CONNECTIONS } from './loopback.ts'
import { callsPerSecond, cpuPerCall, type Figure, type NamedSamples, type Sample } from './rounds.ts'

interface Results extends ReturnType<typeof conditions>, InProcessReady {
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

/** One JSON object, or tables for people. */
export function reportOf(results: Results, json: boolean): string {
  return json ? JSON.stringify(asFigures(results), undefined, 2) : asTables(results)
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
  const { date, node, cpu, cores, engine, rounds, requests, ...measured } = results
  const loopback = measured.loopback.map(({ name, samples }) => [
    ...[name, ...cells(cpuPerCall(samples)), toEcho(samples, measured.loopback).toFixed(1)],
    callsPerSecond(samples).median.toFixed(0),
  ])
  const handlers = measured.handlers.map(({ name, withSdk, withoutSdk }) => [
    ...[name, ...cells(cpuPerCall(withSdk)), ...cells(cpuPerCall(withoutSdk))],
  ])
  const parts = measured.parts.map(({ name, samples }) => [name, ...cells(cpuPerCall(samples))])
  return [
    `certbound bench, ${date}, Node ${node}, ${cores} x ${cpu}`,
    `CPU microseconds a call (user and system), median of ${rounds} rounds of ${requests}, least and most beside it`,
    '',
    `Over mutual TLS: only the server process, ${CONNECTIONS} kept-alive connections, ${engine} engine in another process`,
    ...table(['', 'CPU us', 'least-most', 'x echo', 'requests/s'], loopback),
    '',
    'In process: handlers with canned answers of DynamoDB, below the SDK and in place of it',
    ...table(['', 'CPU us', 'least-most', 'own code', 'least-most'], handlers),
    '',
    'Parts',
    ...table(['', 'CPU us', 'least-most'], parts),
  ].join('\n')
}

function toEcho(samples: readonly Sample[], [echo]: readonly NamedSamples[]): number {
  return cpuPerCall(samples).median / cpuPerCall(echo?.samples ?? []).median
}

function cells({ median, min, max }: Figure): [string, string] {
  const digits = median < 20 ? 1 : 0
  return [median.toFixed(digits), `${min.toFixed(digits)}-${max.toFixed(digits)}`]
}

/** The first column to the left, all others to the right. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string[] {
  const all = [head, ...rows]
  const widths = head.map((_, column) => Math.max(...all.map((row) => row[column]?.length ?? 0)))
  const padded = (cell: string, column: number) =>
    column === 0 ? cell.padEnd(widths[0] ?? 0) : cell.padStart(widths[column] ?? 0)
  return all.map((row) => row.map(padded).join('  '))
}
