import { by, CERTIFICATE, HELD, PRESENTED, RENEWED, runOf } from './example-steps.ts'
import type { Example } from './run.ts'

/** A second service, which notes no certificates, and two clients with one. It needs a run without lists. */
const NOT_NOTED = [
  by(0, 'serviceCreate', { other: 2 }),
  by(0, 'clientCreate', { pick: 1, other: 3 }),
  by(0, 'clientCreate', { pick: 7, other: 9 }),
]

/** The client presents the access token of its refresh. */
const SECOND = by(1, 'introspect', { pick: 3 })

/** Runs with revocations of certificates that must not depend on chance. */
export const CERTIFICATE_EXAMPLES: Readonly<Record<string, Example>> = {
  'another process refuses all that is bound to a certificate on hold at once, and its release gives it back':
    runOf(
      'kept',
      ...HELD,
      by(0, 'revokeCertificate'),
      ...[...PRESENTED, by(1, 'introspect', { pick: 3 }), by(1, 'standard'), by(1, 'userinfo', { pick: 3 })],
      ...[by(0, 'clock', { other: 5 }), by(1, 'credentials'), by(1, 'create')],
      by(0, 'releaseCertificate'),
      ...[by(1, 'introspect'), by(1, 'refresh', { pick: 1 })],
      by(0, 'clock', { other: 5 }),
      ...[by(1, 'refresh', { pick: 1 }), by(1, 'introspect', { pick: 1 }), by(1, 'credentials')],
    ),
  'a revocation for good stays, and a hold or a release changes nothing': runOf(
    'kept',
    by(0, 'create'),
    by(0, 'revokeCertificate', { other: 2 }),
    by(1, 'revokeCertificate'),
    by(1, 'releaseCertificate'),
    ...[by(1, 'introspect'), by(0, 'refresh')],
  ),
  'tokens that are issued while their certificate is revoked are dead': runOf(
    'rotated',
    by(0, 'create'),
    by(0, 'refresh', { other: 1, stops: 2 }),
    by(1, 'credentials', { stops: 2 }),
    by(1, 'revokeCertificate', { other: 2 }),
    ...[by(0, 'goOn', { other: 5 }), by(0, 'goOn', { other: 5 })],
    ...[by(0, 'credentials'), by(1, 'credentials')],
  ),
  'a release does not lift the hold or the revocation of the same moment': runOf(
    'kept',
    ...[by(0, 'create'), by(0, 'revokeCertificate')],
    by(0, 'releaseCertificate', { stops: 4 }),
    by(1, 'revokeCertificate', { other: 2 }),
    by(0, 'goOn', { other: 5 }),
    by(1, 'introspect'),
  ),
  'a revocation ends the renewal of its certificate, and a release does not bring it back': runOf(
    'kept',
    by(0, 'create'),
    ...RENEWED,
    ...[by(0, 'revokeCertificate'), by(0, 'announce'), by(0, 'releaseCertificate')],
    by(0, 'clock', { other: 5 }),
    by(1, 'refresh', { pick: 1, how: CERTIFICATE }),
    by(1, 'refresh'),
  ),
  'a revocation goes on with the certificate that was announced in place of the revoked one': runOf(
    'kept',
    by(0, 'create'),
    ...RENEWED,
    by(1, 'refresh', { pick: 1, how: CERTIFICATE }),
    by(0, 'revokeCertificate', { how: 1 }),
    ...[
      by(1, 'introspect'),
      by(1, 'introspect', { pick: 3 }),
      by(1, 'refresh', { pick: 1, how: CERTIFICATE }),
    ],
  ),
  'a service without notes refuses the tokens of the clients that a hold names, and new ones of all clients':
    {
      ...runOf(
        'kept',
        ...[...NOT_NOTED, by(0, 'create', { pick: 3 }), by(0, 'create', { pick: 6 })],
        by(0, 'revokeCertificate', { pick: 1, other: 4 }),
        by(0, 'revokeCertificate', { pick: 1, other: 1 }),
        ...[by(1, 'introspect'), by(1, 'introspect', { pick: 3 }), by(0, 'clock', { other: 5 })],
        by(1, 'credentials', { pick: 3 }),
        ...[by(1, 'releaseCertificate', { pick: 1 }), by(0, 'introspect', { pick: 3 })],
      ),
      seed: 3,
    },
  'thumbprint, serial number and list hold a certificate each for itself, and another CA has other serial numbers':
    runOf(
      'kept',
      ...[by(0, 'create'), by(0, 'refresh'), by(0, 'revokeCertificate')],
      ...[by(1, 'revokeCertificate', { other: 6 }), by(0, 'revokeCertificate', { other: 11 })],
      ...[by(0, 'releaseCertificate'), SECOND, by(1, 'readList', { pick: 1 })],
      ...[by(0, 'releaseCertificate', { pick: 1 }), SECOND],
      ...[by(0, 'revokeCertificate', { other: 6 }), by(0, 'readList'), SECOND],
      ...[by(0, 'releaseCertificate', { pick: 1 }), SECOND],
    ),
  'a revocation with all tokens of the clients also ends those of another certificate': runOf(
    'kept',
    ...[by(0, 'create'), by(0, 'credentials', { how: CERTIFICATE, pick: 1 })],
    by(1, 'revokeCertificate', { pick: 3 }),
    ...[by(0, 'introspect'), by(1, 'introspect', { pick: 3 }), by(0, 'refresh')],
  ),
  'a process that has a deleted service in its cache revokes no certificate': runOf(
    'kept',
    by(0, 'create'),
    ...[by(1, 'serviceDelete'), by(0, 'revokeCertificate'), by(0, 'releaseCertificate')],
  ),
}
