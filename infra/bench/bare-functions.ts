import { copyFile, mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { LambdaProcessOptions } from '../emulator/lambda/lambda-process.ts'
import type { FloorCall } from './floor.ts'

/** A function that is started by Lambda's runtime client, with its events. */
export interface FunctionCase extends Omit<LambdaProcessOptions, 'onLine'> {
  /** Makes an event, outside of the measured time. */
  readonly event: () => Promise<object> | object
  /** A text that every answer must contain, because measurements of wrong answers would be worthless. */
  readonly expected: string
}

const BARE = 'export const handler = async () => ({ statusCode: 200 })'
const LIMITS = { handler: 'index.handler', timeoutSeconds: 20, memoryMegabytes: 1024 }

/** Functions without this project, for comparison: one does nothing, and one makes a call to DynamoDB. */
export async function bareFunctions(
  { folder, client, aws }: { folder: string; client: string; aws: Readonly<Record<string, string>> },
  { put, batchGet }: Readonly<Record<'put' | 'batchGet', () => FloorCall>>,
): Promise<[FunctionCase, FunctionCase, FunctionCase]> {
  const [nothing, call] = [join(folder, 'nothing'), join(folder, 'call')]
  for (const each of [nothing, call]) await mkdir(each)
  await writeFile(join(nothing, 'index.mjs'), BARE)
  await copyFile(join(import.meta.dirname, 'bare-handler.cjs'), join(call, 'index.cjs'))
  const calling = { ...LIMITS, client, folder: call, environment: aws, expected: '"statusCode":200' }
  return [
    {
      ...{ name: 'a handler that does nothing', ...LIMITS, client, folder: nothing, environment: aws },
      ...{ event: () => ({}), expected: '200' },
    },
    { ...calling, name: 'a handler with a put', event: put },
    { ...calling, name: 'a handler with a batch get', event: batchGet },
  ]
}
