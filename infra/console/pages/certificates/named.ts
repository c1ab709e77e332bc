import { issuerKey } from '../../../../shared/certificate/issuer-key.ts'
import { thumbprint } from '../../../../shared/certificate/thumbprint.ts'
import { readChain } from '../../certificate-file.ts'

/** A certificate as the Web API names it. */
export type Named =
  { readonly thumbprint: string } | { readonly issuerKey: string; readonly serialNumber: string }

/** The certificate that a form names. The console reads certificates itself, so the Web API gets only their names. */
export async function namedBy(form: URLSearchParams): Promise<Named | { readonly fault: string }> {
  const given = (name: string) => (form.get(name) ?? '').trim()
  const ways = ['thumbprint', 'certificate', 'serialNumber'].filter((name) => given(name) !== '')
  if (ways.length !== 1)
    return { fault: 'Name the certificate in one way: by its thumbprint, itself, or its serial number.' }
  if (given('thumbprint') !== '') return { thumbprint: given('thumbprint') }
  if (given('certificate') !== '') {
    const chain = await readChain(given('certificate'))
    return 'fault' in chain ? { fault: chain.fault } : { thumbprint: thumbprint(chain.leaf) }
  }
  const serialNumber = given('serialNumber').replaceAll(/[:\s]/g, '')
  if (given('issuerKey') !== '') return { issuerKey: given('issuerKey'), serialNumber }
  const issuer = await keyOfIssuer(given('issuer'))
  return typeof issuer === 'string' ? { issuerKey: issuer, serialNumber } : issuer
}

async function keyOfIssuer(text: string): Promise<string | { readonly fault: string }> {
  if (text === '') return { fault: 'A serial number needs a certificate of the CA that issued it.' }
  const chain = await readChain(text)
  if ('fault' in chain) return { fault: chain.fault }
  return issuerKey(chain.leaf) ?? { fault: 'The key of the CA cannot be read.' }
}
