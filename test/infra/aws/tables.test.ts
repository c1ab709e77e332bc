import {
  CreateTableCommand,
  type CreateTableCommandInput,
  DynamoDBClient,
  ScanCommand,
} from '@aws-sdk/client-dynamodb'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Engine, startEmbeddedEngine } from '../../../infra/emulator/engine.ts'
import { LOCAL_DYNAMODB } from '../../../infra/tables/tables.ts'
import type { EpochSeconds } from '../../../shared/epoch-seconds.ts'
import type { TokenDigest } from '../../../shared/store/digest.ts'
import { openStore, type Store } from '../../../shared/store/store.ts'
import { packagedTemplate } from './packaged-template.ts'
import { properties, type Template } from './rules/template.ts'

interface Table {
  AttributeDefinitions: { AttributeName: string; AttributeType: 'S' }[]
  KeySchema: { AttributeName: string; KeyType: 'HASH' | 'RANGE' }[]
  GlobalSecondaryIndexes?: NonNullable<CreateTableCommandInput['GlobalSecondaryIndexes']>
  TimeToLiveSpecification: { AttributeName: string; Enabled: boolean }
}

/** The tables of the template in an engine, and the store over them. */
let template: Template
let engine: Engine
let client: DynamoDBClient
let store: Store
beforeAll(async () => {
  template = (await packagedTemplate()).template
  engine = await startEmbeddedEngine({})
  const dynamodb = { ...LOCAL_DYNAMODB, endpoint: engine.endpoint }
  client = new DynamoDBClient(dynamodb)
  for (const TableName of ['RegistryTable', 'GrantsTable']) {
    const { AttributeDefinitions, KeySchema, GlobalSecondaryIndexes } = properties<Table>(template, TableName)
    const keys = {
      AttributeDefinitions,
      KeySchema,
      ...(GlobalSecondaryIndexes && { GlobalSecondaryIndexes }),
    }
    await client.send(new CreateTableCommand({ TableName, ...keys, BillingMode: 'PAY_PER_REQUEST' }))
  }
  store = openStore({
    registryTable: 'RegistryTable',
    grantsTable: 'GrantsTable',
    registryCacheSeconds: 0,
    now: () => 0 as EpochSeconds,
    random: (bytes) => Buffer.alloc(bytes),
    dynamodb,
  })
}, 120_000)
afterAll(async () => {
  store.close()
  client.destroy()
  await engine.close()
})

/** The attribute in which DynamoDB finds the end of an item. */
function timeToLive(table: string): string {
  const { AttributeName, Enabled } = properties<Table>(template, table).TimeToLiveSpecification
  expect(Enabled).toBe(true)
  return AttributeName
}

async function onlyItem(TableName: string) {
  const { Items = [] } = await client.send(new ScanCommand({ TableName }))
  expect(Items).toHaveLength(1)
  return Items[0] ?? {}
}

test('the time to live of a grant is in the attribute that the table of grants names', async () => {
  await store.grants.create({
    stage: 'TICKET',
    service: 5,
    client: 6,
    grantId: 'grant',
    terms: { scopes: [], resources: [], properties: [] },
    ticketDigest: 'digest' as TokenDigest,
    responseMode: 'query',
    ticketIssuedAt: 1 as EpochSeconds,
    ticketExpiresAt: 600 as EpochSeconds,
    redirectUri: 'https://client.example.com/',
    redirectUriAsked: false,
  })
  expect((await onlyItem('GrantsTable'))[timeToLive('GrantsTable')]).toEqual({ N: String(600 + 3600) })
})

test('the time to live of a used assertion is in the attribute that the registry names', async () => {
  expect(await store.registry.useAssertion(5, 6, 'jti', 700 as EpochSeconds)).toBe(true)
  expect((await onlyItem('RegistryTable'))[timeToLive('RegistryTable')]).toEqual({ N: '700' })
})

test('the store works with the keys and the index of the template', async () => {
  await store.registry.putService({ apiKey: 5, issuer: 'https://auth.example.com', credentials: [] })
  expect(await store.registry.findService(5)).toMatchObject({ apiKey: 5 })
  expect(await store.registry.listServices()).toHaveLength(1)
  expect(await store.grants.list(5, 6)).toEqual([])
})
