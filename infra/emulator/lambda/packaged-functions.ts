import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { unzipSync } from 'fflate'
import { Complaint } from '../../command.ts'
import { findLambdaRuntime } from '../lambda-runtime.ts'
import type { EdgeRoutes } from '../edge/route-match.ts'
import { type LambdaProcess, startLambdaProcess } from './lambda-process.ts'
import { type PackagedFunction, readPackagedTemplate } from './packaged-template.ts'

/** The results of `npm run package`, and the program that runs them. */
export interface Package {
  /** The CloudFormation template. */
  readonly template: string
  /** The folder of the archives. */
  readonly archives: string
  /** The program of AWS's runtime client. */
  readonly client: string
}

export interface Packaged extends Package {
  /** Called with every line that a function writes. */
  readonly onLine: (line: string, functionName: string) => void
}

export interface Here {
  /** The variables whose values on this machine differ from those of the template. */
  readonly variables: Readonly<Record<string, string>>
  /** The variables that Lambda sets (Region and credentials), and the endpoint of DynamoDB. */
  readonly aws: Readonly<Record<string, string>>
}

export interface PackagedFunctions {
  readonly routes: EdgeRoutes
  readonly close: () => Promise<void>
}

/** The package in the working directory. @throws Complaint if the runtime client has not been compiled */
export async function packageHere(): Promise<Package> {
  const client = await findLambdaRuntime()
  if (client === undefined) {
    throw new Complaint("this needs AWS's Lambda runtime client: npm run lambda-runtime compiles it")
  }
  const template = resolve('.serverless/cloudformation-template-update-stack.json')
  return { client, template, archives: resolve('dist') }
}

/**
 * Starts every function of the template from its archive, each in a process with AWS's runtime client and exactly the variables of the
 * template.
 *
 * @throws Complaint if there is no package
 * @throws Error if a function does not start
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
    const routes = opened.flatMap(({ invoke, routes }) =>
      routes.map((template) => [template, invoke] as const),
    )
    return { routes: new Map(routes), close }
  } catch (error) {
    await close()
    throw error
  }
}

/**
 * Opens a function with one execution environment at a time, so events wait for each other. After its process has ended, the next event
 * gets a new one.
 */
async function openFunction(packaged: PackagedFunction, from: Packaged, here: Here, parent: string) {
  const { name, routes } = packaged
  const unpacked = await unpack(packaged, from, here, parent)
  const onLine = (line: string) => from.onLine(line, name)

  let running: LambdaProcess | undefined
  const environmentNow = async (): Promise<LambdaProcess> => {
    if (running !== undefined) return running
    const started = await startLambdaProcess({ ...unpacked, onLine })
    void started.ended.then(() => (running = undefined))
    return (running = started)
  }
  await environmentNow()

  let last: Promise<unknown> = Promise.resolve()
  const invoke = (event: unknown): Promise<unknown> => {
    const answer = last.then(async () => (await environmentNow()).invoke(event))
    last = answer.catch(() => undefined)
    return answer
  }
  return { invoke, routes, close: async () => running?.close() }
}

/**
 * Unpacks the archive of a function into a separate folder.
 *
 * @returns the options that start it, except the listener for its lines
 * @throws Error that names a variable whose value only CloudFormation can evaluate
 */
export async function unpack(packaged: PackagedFunction, from: Package, here: Here, parent: string) {
  const folder = join(parent, packaged.name)
  for (const [name, content] of Object.entries(
    unzipSync(await readFile(join(from.archives, packaged.archive))),
  )) {
    const file = join(folder, name)
    await mkdir(dirname(file), { recursive: true })
    await writeFile(file, content)
  }
  return {
    ...packaged,
    folder,
    client: from.client,
    environment: { ...valuesOf(packaged, here), ...here.aws },
  }
}

function valuesOf({ name, variables }: PackagedFunction, here: Here): Record<string, string> {
  const values = Object.entries(variables).map(([variable, value]) => {
    const known = here.variables[variable] ?? value
    if (typeof known !== 'string' && typeof known !== 'number') {
      throw new Error(`${name}: ${variable} of the template has no value on this machine`)
    }
    return [variable, String(known)] as const
  })
  return Object.fromEntries(values)
}
