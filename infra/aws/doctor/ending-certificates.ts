import { type Check, ok, warn } from './check.ts'

/** The certificates of clients that end soon, if the client uses no newer one. The first notice about each was logged. */
export const endingCertificates: Check = {
  name: 'ending certificates',
  needs: ['service'],
  ask: ({ ending }) =>
    ending.length === 0
      ? [ok('no certificate in use ends soon without a newer one')]
      : ending.map(({ note: { client, thumbprint, subject }, days }) =>
          warn(
            `the certificate ${thumbprint} of client ${client} (${subject ?? 'no subject'}) ends in ${days} days, and the client uses no newer one`,
            'renew it, and let the client use the new one (docs/certificates.md#renewal)',
          ),
        ),
}
