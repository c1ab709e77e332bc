import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { Complaint } from '../../command.ts'
import { functionNames } from '../../package/build.ts'
import { ROOT } from '../../root.ts'
import { attempt, openAws } from './aws.ts'
import { type DeploymentSettings, readDeployment } from './settings.ts'
import { readTruststoreFiles, type TruststoreBundle } from './truststore-files.ts'

export interface Ready {
  readonly settings: DeploymentSettings
  readonly truststore: TruststoreBundle
}

/**
 * Everything that a deployment needs on this machine. Calls nothing on AWS.
 *
 * @throws Complaint with all that is missing, one line each
 */
export async function readiness(file: string, now: Date): Promise<Ready> {
  const missing: string[] = []
  const collect = (error: unknown): undefined => {
    if (!(error instanceof Complaint)) throw error
    missing.push(error.message)
  }
  const settings = await readDeployment(file).catch(collect)
  const truststore = settings && (await readTruststoreFiles(settings, file, now).catch(collect))
  await expectCredentials().catch(collect)
  const absent = functionNames().filter((name) => !existsSync(join(ROOT, 'dist', `${name}.zip`)))
  if (absent.length > 0) missing.push(`dist/${absent.join('.zip, ')}.zip missing: npm run build makes it`)
  if (settings === undefined || truststore === undefined || missing.length > 0)
    throw new Complaint(missing.join('\n'))
  return { settings, truststore }
}

async function expectCredentials(): Promise<void> {
  const aws = openAws('us-east-1')
  await attempt('credentials', () => aws.cloudFormation.config.credentials()).finally(aws.close)
}
