import { dirname, relative, resolve } from 'node:path'
import type { X509Certificate } from 'node:crypto'
import { isWeakKey, keyStrength } from '../../../shared/certificate/public-key.ts'
import { LIMITS } from '../../../shared/limits.ts'
import type { Runtime } from '../../../shared/runtime/runtime.ts'
import type { StoredClient } from '../../../shared/store/client.ts'
import { Complaint } from '../../command.ts'
import { type Operator, runOperation } from '../../management/operation.ts'
import { certificatesOf, issuingClients } from '../../truststore/issuing-clients.ts'
import { isIn, readTruststore, subjectOf } from '../../truststore/truststore.ts'
import { type DeploymentSettings, serviceNumber } from '../settings/settings.ts'

/** A self-signed certificate that a client gets beside the present one. */
export interface RenewedCertificate {
  /** The settings whose trust store has the certificate. */
  readonly settings: DeploymentSettings
  readonly lines: readonly string[]
  /** A reminder, unless the settings name the file. */
  readonly reminder: string | undefined
  readonly store: (operator: Operator) => Promise<void>
}

/**
 * Checks that a client can get a new self-signed certificate.
 *
 * @param name the number or the alias of the client
 * @param file a PEM file with the certificate
 * @throws Complaint
 */
export async function prepareRenewedCertificate(
  name: string,
  file: string,
  { settings, settingsFile }: { readonly settings: DeploymentSettings; readonly settingsFile: string },
  runtime: Runtime,
): Promise<RenewedCertificate> {
  const number = serviceNumber(settings)
  const client = await runtime.store.registry.findCurrentClient(number, name)
  if (client === undefined) throw new Complaint(`the service ${number} has no client ${name}`)
  const certificate = await readOne(file)
  await refuseUnfit(certificate, client, name)
  const isRegistered = isIn(certificate, certificatesOf(client))
  const what = isRegistered ? 'is registered already' : 'add it to jwks, beside the present ones'
  const path = resolve(file)
  const listed = settings.clientCertificates.map((each) => resolve(dirname(settingsFile), each))
  const own = relative(dirname(resolve(settingsFile)), path)
  return {
    settings: { ...settings, clientCertificates: [...settings.clientCertificates, path] },
    lines: [`  client ${name}: ${subjectOf(certificate)}: ${what}`],
    reminder: listed.includes(path)
      ? undefined
      : `add ${JSON.stringify(own)} to clientCertificates in ${settingsFile}: otherwise the next provision takes the certificate out of the trust store`,
    store: async (operator) => {
      if (!isRegistered)
        await runOperation(runtime, operator, ({ store, now }) =>
          store.registry.changeClient(number, client.clientId, (current) => ({
            ...current,
            jwks: { keys: [...(current.jwks?.keys ?? []), jwkOf(certificate)] },
            modifiedAt: now(),
          })),
        )
    },
  }
}

async function readOne(file: string): Promise<X509Certificate> {
  const [certificate, ...others] = await readTruststore(file)
  if (certificate === undefined || others.length > 0)
    throw new Complaint(`${file} must have exactly one certificate`)
  return certificate
}

/** @throws Complaint */
async function refuseUnfit(certificate: X509Certificate, client: StoredClient, name: string): Promise<void> {
  const { tokenAuthMethod, jwks, jwksUri, selfSignedCertificateKeyId: keyId } = client
  if (tokenAuthMethod !== 'SELF_SIGNED_TLS_CLIENT_AUTH')
    throw new Complaint(`client ${name} has ${tokenAuthMethod}: only self-signed certificates are registered`)
  if (jwksUri !== undefined)
    throw new Complaint(`client ${name} has jwksUri: let the client publish the certificate there`)
  if (keyId !== undefined)
    throw new Complaint(
      `client ${name} has selfSignedCertificateKeyId, so only one certificate counts: remove that setting first`,
    )
  if ((jwks?.keys.length ?? 0) >= LIMITS.keys)
    throw new Complaint(`client ${name} has ${LIMITS.keys} keys: remove old ones from its jwks first`)
  if (isWeakKey(keyStrength(certificate.publicKey)))
    throw new Complaint(`the key of ${subjectOf(certificate)} is too weak`)
  const issuing = await issuingClients([certificate], () => true)
  if (issuing.length > 0) throw new Complaint(issuing.join('\n'))
}

function jwkOf({ publicKey, raw }: X509Certificate) {
  return { ...publicKey.export({ format: 'jwk' }), x5c: [raw.toString('base64')] }
}
