import { CERTIFICATE_EXAMPLES } from './certificate-examples.ts'
import { by, CERTIFICATE, HELD, PRESENTED, RENEWED, runOf } from './example-steps.ts'
import type { Example } from './run.ts'

/** The service of the first client ends, and another one gets its number. */
const MADE_AGAIN = [by(1, 'serviceDelete'), by(1, 'clock', { other: 5 }), by(1, 'provision')]

/** The client brings the right credentials to the OAuth face. */
const OAUTH = 1

/** Another client sends the request. */
const OTHER_CLIENT = 28

/** The request has no certificate. */
const NO_CERTIFICATE = 18

/** Runs that the model has refused once, or that must not depend on chance. Comments name what some have shown in the code of that time. */
export const EXAMPLES: Readonly<Record<string, Example>> = {
  // Finding 1 of the attack: a deleted service came back with its clients, secrets and tokens. Found by the seeds 1 and 3.
  'a token of a deleted service stays dead when the service is made again': runOf(
    'kept',
    by(0, 'credentials'),
    by(1, 'serviceDelete'),
  ),
  // The record of the client came after the deletion, which had removed its alias and its state. Found by the seed 77.
  'a client that is created while its service is deleted and made again is not half there': runOf(
    'kept',
    by(0, 'clientCreate', { other: 2, stops: 12 }),
    ...MADE_AGAIN,
  ),
  // Without an alias the deletion does not find the state, so the client was in the new service.
  'a client of a deleted service gets no tokens from the service that is made again': runOf(
    'kept',
    by(0, 'clientCreate', { stops: 10 }),
    ...MADE_AGAIN,
    ...[by(1, 'goOn', { other: 5 }), by(1, 'clock', { other: 6 })],
    by(1, 'credentials', { pick: 6, how: OAUTH }),
    by(1, 'introspect', { how: OAUTH }),
  ),
  // Finding 2: a refresh wrote back what management had taken. Made by hand from the finding.
  'a refresh does not give back the scopes that were taken after it had read the grant': runOf(
    'kept',
    by(0, 'create'),
    by(0, 'refresh', { other: 1, stops: 2 }),
    by(1, 'narrow'),
  ),
  'a refresh that replaces its token does not give back the scopes that an update took at the same time':
    runOf(
      'rotated',
      by(0, 'create'),
      by(0, 'refresh', { other: 1, stops: 2 }),
      by(1, 'update', { other: 3 }),
    ),
  // Finding 2, with the end of the refresh token.
  'a kept refresh token does not outlive the end that was set while it was used': runOf(
    'kept',
    by(0, 'create'),
    by(0, 'refresh', { other: 1, stops: 2 }),
    by(1, 'update', { other: 2 }),
  ),
  // Finding 5: a cut-off missed a refresh of the next second. Found by the seeds 2 and 5.
  'a token that is issued while a cut-off is under way is cut off': runOf(
    'kept',
    by(0, 'create'),
    by(0, 'cutOff', { stops: 0 }),
    by(0, 'clock'),
    by(1, 'refresh', { other: 1 }),
  ),
  // A rename freed the alias that another rename had just given back. Found by the seed 1.
  'the last of two renames decides the alias of a client, and it finds the client': runOf(
    'rotated',
    by(0, 'clientChange', { other: 1 }),
    by(0, 'clientChange', { other: 2, stops: 7 }),
    by(1, 'clientChange', { other: 1 }),
  ),
  // A change of the scopes left out those of the access token, if a refresh had narrowed it before.
  'an access token that was narrower for a while does not keep the scopes that were taken': runOf(
    'kept',
    by(0, 'create'),
    by(0, 'refresh'),
    by(1, 'narrow', { stops: 7 }),
    by(0, 'refresh', { other: 1 }),
  ),
  'a revocation by another process also ends what a refresh gives between its read and its write': runOf(
    'rotated',
    by(0, 'create'),
    by(0, 'revocation', { pick: 3, stops: 2 }),
    by(1, 'refresh', { other: 1 }),
  ),
  'a refresh that reads before a revocation and writes after it is lost': runOf(
    'rotated',
    by(0, 'create'),
    by(0, 'refresh', { other: 1, stops: 2 }),
    by(1, 'revocation'),
  ),
  'if two processes redeem one code, one issues tokens, and the other ends them': runOf(
    'rotated',
    ...[by(0, 'authorize'), by(0, 'issue')],
    by(0, 'redeem', { stops: 2, twice: true }),
  ),
  'if two processes refresh with one token, one issues tokens, and they stay active': runOf(
    'rotated',
    by(0, 'create'),
    by(0, 'refresh', { other: 1, stops: 2, twice: true }),
  ),
  'two idempotent refreshes at two processes get one refresh token, and it stays active': runOf(
    'idempotent',
    by(0, 'create'),
    by(0, 'refresh', { other: 1, stops: 2, twice: true }),
  ),
  // The process that refreshes first does not know the cut-off yet. Found by the seed 107102243.
  'a process that knows a cut-off of the service takes no retry with a token of before': runOf(
    'idempotent',
    ...[by(0, 'create'), by(1, 'serviceUpdate'), by(0, 'clock')],
    by(0, 'refresh', { other: 9 }),
    by(1, 'again'),
  ),
  'two refreshes with a kept token both get it again, and one access token stays active': runOf(
    'kept',
    by(0, 'create'),
    by(0, 'refresh', { other: 1, stops: 2, twice: true }),
  ),
  'a ticket that is used at two processes gives one code': runOf(
    'kept',
    by(0, 'authorize'),
    by(0, 'issue', { stops: 2, twice: true }),
    by(0, 'redeem'),
  ),
  'a pushed request is refused for another client, and is still there for its own': runOf(
    'kept',
    ...[by(0, 'clientCreate'), by(0, 'push')],
    by(1, 'start', { how: OTHER_CLIENT }),
    ...[by(1, 'start'), by(0, 'issue'), by(0, 'redeem')],
  ),
  'another process refuses all of a locked client at once, and takes it again after the unlock': runOf(
    'kept',
    ...HELD,
    by(0, 'clientLock'),
    ...PRESENTED,
    by(0, 'clientLock', { other: 1 }),
    ...PRESENTED,
  ),
  'another process refuses all of a deleted client at once': runOf(
    'kept',
    ...HELD,
    by(0, 'clientDelete'),
    ...PRESENTED,
  ),
  'a grant follows an announcement to the announced certificate, and never back': runOf(
    'kept',
    by(0, 'create'),
    by(0, 'refresh', { pick: 1, how: CERTIFICATE }),
    ...RENEWED,
    by(1, 'refresh', { pick: 2, how: CERTIFICATE }),
    by(1, 'refresh', { pick: 1, how: CERTIFICATE }),
    by(0, 'refresh', { pick: 3, how: CERTIFICATE }),
    by(1, 'introspect', { pick: 1, how: CERTIFICATE }),
  ),
  'a grant of a client that proves a key goes back only if it has followed no announcement': runOf(
    'kept',
    ...[by(0, 'clientCreate', { other: 6 }), by(0, 'create', { pick: 3 })],
    by(0, 'refresh', { pick: 1, how: CERTIFICATE }),
    by(0, 'refresh', { pick: 3, how: CERTIFICATE }),
    ...[by(0, 'announce', { pick: 3 }), by(1, 'changeRenewal')],
    by(0, 'refresh', { pick: 1, how: CERTIFICATE }),
    by(1, 'refresh', { pick: 3, how: CERTIFICATE }),
  ),
  'an announcement needs the present certificate and the key of the next one': runOf(
    'kept',
    by(0, 'create'),
    by(0, 'announce', { pick: 2, how: CERTIFICATE }),
    by(1, 'announce', { how: NO_CERTIFICATE }),
    by(1, 'announce', { pick: 5 }),
    by(0, 'changeRenewal'),
    by(0, 'refresh', { pick: 1, how: CERTIFICATE }),
  ),
  'a renewal that management ends while it is announced, or before a refresh, moves no grant': runOf(
    'kept',
    by(0, 'create'),
    by(0, 'announce', { stops: 20 }),
    by(1, 'changeRenewal', { other: 4 }),
    by(0, 'goOn', { other: 5 }),
    by(0, 'changeRenewal'),
    by(1, 'changeRenewal', { other: 3 }),
    by(0, 'refresh', { pick: 1, how: CERTIFICATE }),
  ),
  ...CERTIFICATE_EXAMPLES,
  'another process refuses all that was cut off at once, and takes what came after': runOf(
    'kept',
    ...HELD,
    by(0, 'cutOff'),
    ...PRESENTED,
    by(0, 'clock'),
    ...[by(0, 'create'), by(1, 'introspect')],
  ),
}
