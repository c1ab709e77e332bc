import { hash } from 'node:crypto'
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { NUMBER_LIMIT, SMALLEST_NUMBER } from '../../../shared/store/identity.ts'
import { functionNames } from '../../package/build.ts'
import { ROOT } from '../../root.ts'
import { reserved, watching } from '../template/per-function.ts'
import { OTHER_ROUTES } from '../template/stages.ts'
import { tableParts } from '../template/tables.ts'
import type { DeploymentSettings } from './settings.ts'

/** The object that the mutual-TLS domain reads, at exactly this version. */
export interface TruststoreObject {
  readonly bucket: string
  readonly key: string
  readonly version: string
}

/**
 * The number of the deployment's service. It follows from the issuer, because the functions must know it before the service
 * exists. It is no secret.
 */
export function serviceNumber({ service }: DeploymentSettings): number {
  const number = hash('sha256', service.issuer, 'buffer').readUIntBE(0, 6)
  return SMALLEST_NUMBER + (number % (NUMBER_LIMIT - SMALLEST_NUMBER))
}

/** Every value that serverless.yml and the files it names ask for. */
function parametersOf(settings: DeploymentSettings, truststore: TruststoreObject) {
  const { mtlsDomain, plainDomain, alarms, throttle } = settings
  const plainThrottle = settings.mtlsOnly ? OTHER_ROUTES : throttle
  return {
    region: settings.region,
    stage: settings.stage,
    serviceId: String(serviceNumber(settings)),
    mtlsDomain: mtlsDomain.name,
    mtlsCertificateArn: mtlsDomain.certificateArn,
    ownershipCertificateArn: mtlsDomain.ownershipCertificateArn ?? '',
    plainDomain: plainDomain.name,
    plainCertificateArn: plainDomain.certificateArn,
    truststoreBucket: truststore.bucket,
    truststoreKey: truststore.key,
    truststoreVersion: truststore.version,
    resourceMtlsDomains: settings.resourceServers.map(({ mtlsDomain: name }) => name).join(','),
    resourceApiIds: settings.resourceServers.map(({ apiId }) => apiId).join(','),
    resourceUrls: settings.resourceServers
      .flatMap(({ apiId, url }) => (url === undefined ? [] : [`${apiId}=${url}`]))
      .join(','),
    mtlsOnly: String(settings.mtlsOnly),
    logRetentionDays: settings.logRetentionDays,
    throttleRate: throttle.rate,
    throttleBurst: throttle.burst,
    plainThrottleRate: plainThrottle.rate,
    plainThrottleBurst: plainThrottle.burst,
    detailedMetrics: settings.detailedMetrics,
    alarmEmail: alarms.email ?? '',
    refusalsThreshold: alarms.refusals,
    registryCacheSeconds: String(settings.registryCacheSeconds),
    logLevel: settings.logLevel,
    dynamodbClient: settings.dynamodbClient,
  }
}

/**
 * Writes the files that serverless.yml reads from dist/: the values of the deployment, the tables, and the parts that each
 * function has.
 *
 * @param project the folder whose serverless.yml will be packaged
 */
export async function writeParameters(
  settings: DeploymentSettings,
  truststore: TruststoreObject,
  project = ROOT,
): Promise<void> {
  await mkdir(join(project, 'dist'), { recursive: true })
  const values = {
    parameters: parametersOf(settings, truststore),
    tables: tableParts(settings),
    watching: watching(functionNames()),
    concurrency: reserved(settings.concurrency),
  }
  for (const [name, value] of Object.entries(values)) {
    await writeFile(join(project, `dist/${name}.json`), `${JSON.stringify(value, null, 2)}\n`)
  }
}
