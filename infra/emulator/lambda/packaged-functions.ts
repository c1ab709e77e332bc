import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { unzipSync } from 'fflate'
import type { Routes } from '../route-match.ts'
import { type LambdaProcess, startLambdaProcess } from './lambda-process.ts'
import { type PackagedFunction, readPackagedTemplate } from './packaged-template.ts'

/** Where `npm run package` put what it made, and what to run it with. */
export interface Packaged {
  /** The CloudFormation template. */
  readonly template: string
  /** The folder of the archives. */
  readonly archives: string
  /** The program of AWS's runtime client. */
  readonly client: string
  /** Of every line that a function writes. */
  readonly onLine: (line: string, functionName: string) => void
}

export interface Here {
  /** By name, for variables whose value is another on this machine than in the template. */
  readonly variables: Readonly<Record<string, string>>
  /** What Lambda sets: region and credentials; and where DynamoDB is. */
  readonly aws: Readonly<Record<string, string>>
}

export interface PackagedFunctions {
  readonly routes: Routes
  readonly close: () => Promise<void>
}

/**
 * Every function of the template from its archive, each a process under AWS's runtime client with the variables that
 * the template gives it and no others.
 *
 * @throws Error with one line for the user: nothing packaged, or a function that does not start
 */
export async function startPackagedFunctions(packaged: Packaged, here: Here): Promise<PackagedFunctions> {
  const functions = await readPackagedTemplate(packaged.template)
  const folder = await mkdtemp(join(tmpdir(), 'certbound-functions-'))
  const starting = functions.map((each) => openFunction(each, packaged, here, folder))
  const close = async () => {
    const started = await Promise.allSettled(starting)
    const opened = started.flatMap((each) => (each.status === 'fulfilled' ? [each.value] : []))
    await Promise.all(opened.map(({ close }) => close()))
    await rm(folder, { recursive: true })
  }
  try {
    const opened = await Promise.all(starting)
    const routes = opened.flatMap(({ invoke }, i) =>
      (functions[i]?.routes ?? []).map((template) => [template, invoke] as const),
    )
    return { routes: new Map(routes), close }
  } catch (error) {
    await close()
    throw error
  }
}

/**
 * One function, in one execution environment at a time: events wait for each other. When its process has ended, the
 * next event gets a new one.
 */
async function openFunction(packaged: PackagedFunction, from: Packaged, here: Here, folder: string) {
  const { name } = packaged
  const unpacked = join(folder, name)
  await unpack(join(from.archives, packaged.archive), unpacked)
  const start = () =>
    startLambdaProcess({
      ...packaged,
      folder: unpacked,
      client: from.client,
      environment: { ...valuesOf(packaged, here), ...here.aws },
      onLine: (line) => from.onLine(line, name),
    })

  let running: LambdaProcess | undefined
  const environment = async (): Promise<LambdaProcess> => {
    if (running !== undefined) return running
    const started = await start()
    void started.ended.then(() => (running = undefined))
    return (running = started)
  }
  await environment()

  let last: Promise<unknown> = Promise.resolve()
  const invoke = (event: unknown): Promise<unknown> => {
    const answer = last.then(async () => (await environment()).invoke(event))
    last = answer.catch(() => undefined)
    return answer
  }
  return { invoke, close: async () => running?.close() }
}

/** @throws Error that names a variable whose value only CloudFormation could work out */
export function valuesOf({ name, variables }: PackagedFunction, here: Here): Record<string, string> {
  const values = Object.entries(variables).map(([variable, value]) => {
    const known = here.variables[variable] ?? value
    if (typeof known !== 'string' && typeof known !== 'number') {
      throw new Error(`${name}: ${variable} of the template has no value on this machine`)
    }
    return [variable, String(known)] as const
  })
  return Object.fromEntries(values)
}

export async function unpack(archive: string, folder: string): Promise<void> {
  for (const [name, content] of Object.entries(unzipSync(await readFile(archive)))) {
    const file = join(folder, name)
    await mkdir(dirname(file), { recursive: true })
    await writeFile(file, content)
  }
}
