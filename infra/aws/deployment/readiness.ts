import { existsSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { CloudFormationClient } from '@aws-sdk/client-cloudformation'
import { functionNames } from '../../package/build.ts'
import { Complaint, explained } from './complaint.ts'
import { type DeploymentSettings, readDeployment } from './settings.ts'
import { readTruststoreFiles, type TruststoreBundle } from './truststore-files.ts'
import { ROOT } from '../../root.ts'

export interface Ready {
  readonly settings: DeploymentSettings
  readonly truststore: TruststoreBundle
}

/**
 * Everything that a deployment needs of this machine. Nothing is asked of AWS yet.
 *
 * @throws Complaint with all that is missing, one line each
 */
export async function readiness(file: string, now: Date): Promise<Ready> {
  const settings = await readDeployment(file)
  const complaints = [...archiveComplaints(), ...(await credentialComplaints())]
  if (!('region' in settings)) throw new Complaint([...settings, ...complaints].join('\n'))
  const truststore = await truststoreOf(settings, file, now)
  const all = [...truststore.complaints, ...complaints]
  if (all.length > 0) throw new Complaint(all.join('\n'))
  return { settings, truststore }
}

/** The trust store of the settings; its files count from theirs. */
export function truststoreOf(
  settings: DeploymentSettings,
  file: string,
  now: Date,
): Promise<TruststoreBundle> {
  return readTruststoreFiles(
    settings.trustStore.map((name) => resolve(dirname(file), name)),
    now,
  )
}

function archiveComplaints(): string[] {
  const missing = functionNames().filter((name) => !existsSync(join(ROOT, 'dist', `${name}.zip`)))
  return missing.length === 0 ? [] : [`dist/${missing.join('.zip, ')}.zip missing: npm run build makes them`]
}

async function credentialComplaints(): Promise<string[]> {
  const client = new CloudFormationClient({ region: 'us-east-1' })
  try {
    await client.config.credentials()
    return []
  } catch (error) {
    return [explained('credentials', error).message]
  } finally {
    client.destroy()
  }
}
