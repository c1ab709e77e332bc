import type { Example } from './run.ts'

/** Runs that the model has refused once. The comments name what each of them has shown in the code of that time. */
export const EXAMPLES: Readonly<Record<string, Example>> = {
  // Finding 1 of the attack: a deleted service came back with its clients, secrets and tokens. Found by the seeds 1 and 3.
  'a token of a deleted service stays dead when the service is made again': {
    mode: { refresh: 'kept', jwt: false },
    seed: 0,
    steps: [
      { do: 'credentials', by: 0, pick: 0, other: 0 },
      { do: 'serviceDelete', by: 1, pick: 0, other: 0 },
    ],
  },
  // Finding 2: a refresh wrote back what management had taken. Made by hand from the finding.
  'a refresh that has read a grant does not give back the scopes that were taken meanwhile': {
    mode: { refresh: 'rotated', jwt: false },
    seed: 0,
    steps: [
      { do: 'create', by: 0, pick: 0, other: 0 },
      { do: 'refresh', by: 0, pick: 0, other: 1, stops: 2 },
      { do: 'narrow', by: 1, pick: 0, other: 0 },
    ],
  },
  // Finding 2, with the end of the refresh token.
  'a kept refresh token does not outlive the end that was set while it was used': {
    mode: { refresh: 'kept', jwt: false },
    seed: 0,
    steps: [
      { do: 'create', by: 0, pick: 0, other: 0 },
      { do: 'refresh', by: 0, pick: 0, other: 1, stops: 2 },
      { do: 'update', by: 1, pick: 0, other: 2 },
    ],
  },
  // Finding 5: a cut-off missed a refresh of the next second. Found by the seeds 2 and 5.
  'a token that is issued while a cut-off is under way is cut off': {
    mode: { refresh: 'kept', jwt: false },
    seed: 0,
    steps: [
      { do: 'create', by: 0, pick: 0, other: 0 },
      { do: 'cutOff', by: 0, pick: 0, other: 0, stops: 0 },
      { do: 'clock', by: 0, pick: 0, other: 0 },
      { do: 'refresh', by: 1, pick: 0, other: 1 },
    ],
  },
  // A rename freed the alias that another rename had just given back. Found by the seed 1.
  'the last of two renames decides the alias of a client, and it finds the client': {
    mode: { refresh: 'rotated', jwt: false },
    seed: 0,
    steps: [
      { do: 'clientChange', by: 0, pick: 0, other: 1 },
      { do: 'clientChange', by: 0, pick: 0, other: 2, stops: 7 },
      { do: 'clientChange', by: 1, pick: 0, other: 1 },
    ],
  },
  // A change of the scopes left out those of the access token, if a refresh had narrowed it before.
  'an access token that was narrower for a while does not keep the scopes that were taken': {
    mode: { refresh: 'kept', jwt: false },
    seed: 0,
    steps: [
      { do: 'create', by: 0, pick: 0, other: 0 },
      { do: 'refresh', by: 0, pick: 0, other: 0 },
      { do: 'narrow', by: 1, pick: 0, other: 0, stops: 7 },
      { do: 'refresh', by: 0, pick: 0, other: 1 },
    ],
  },
}
