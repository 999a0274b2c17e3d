/**
 * Names of the methods of built-in actors v18 (fvm-actors spec). Numbers below 2^24 are an actor's
 * own; exported methods have the number that their FRC-42 name hashes to.
 */
import type { BuiltinName } from './builtin.ts'
import { METHOD_CONSTRUCTOR, METHOD_SEND, type MethodNum, methodNumber } from './method.ts'

interface MethodNames {
  /** By number; Constructor is 1 for all. */
  readonly internal?: Readonly<Record<number, string>>
  readonly exported?: readonly string[]
}

const methods: Readonly<Record<BuiltinName, MethodNames>> = {
  system: {},
  init: { internal: { 2: 'Exec', 3: 'Exec4' } },
  cron: { internal: { 2: 'EpochTick' } },
  account: { internal: { 2: 'PubkeyAddress' }, exported: ['AuthenticateMessage'] },
  ethaccount: {},
  placeholder: {},
  reward: { internal: { 2: 'AwardBlockReward', 3: 'ThisEpochReward', 4: 'UpdateNetworkKPI' } },
  eam: { internal: { 2: 'Create', 3: 'Create2', 4: 'CreateExternal' } },
  evm: {
    internal: {
      2: 'Resurrect',
      3: 'GetBytecode',
      4: 'GetBytecodeHash',
      5: 'GetStorageAt',
      6: 'InvokeContractDelegate',
    },
    exported: ['InvokeEVM'],
  },
  multisig: {
    internal: {
      2: 'Propose',
      3: 'Approve',
      4: 'Cancel',
      5: 'AddSigner',
      6: 'RemoveSigner',
      7: 'SwapSigner',
      8: 'ChangeNumApprovalsThreshold',
      9: 'LockBalance',
    },
    exported: ['Receive'],
  },
  paymentchannel: { internal: { 2: 'UpdateChannelState', 3: 'Settle', 4: 'Collect' } },
  storagepower: {
    internal: {
      2: 'CreateMiner',
      3: 'UpdateClaimedPower',
      4: 'EnrollCronEvent',
      5: 'OnEpochTickEnd',
      6: 'UpdatePledgeTotal',
      9: 'CurrentTotalPower',
    },
    exported: [
      'CreateMiner',
      'NetworkRawPower',
      'MinerRawPower',
      'MinerCount',
      'MinerConsensusCount',
      'MinerPower',
    ],
  },
  storagemarket: {
    internal: {
      2: 'AddBalance',
      3: 'WithdrawBalance',
      4: 'PublishStorageDeals',
      5: 'VerifyDealsForActivation',
      6: 'BatchActivateDeals',
      7: 'OnMinerSectorsTerminate',
      9: 'CronTick',
    },
    exported: [
      'AddBalance',
      'WithdrawBalance',
      'PublishStorageDeals',
      'GetBalance',
      'GetDealDataCommitment',
      'GetDealClient',
      'GetDealProvider',
      'GetDealLabel',
      'GetDealTerm',
      'GetDealTotalPrice',
      'GetDealClientCollateral',
      'GetDealProviderCollateral',
      'GetDealVerified',
      'GetDealActivation',
      'GetDealSector',
      'SettleDealPayments',
      'SectorContentChanged',
    ],
  },
  verifiedregistry: {
    internal: {
      2: 'AddVerifier',
      3: 'RemoveVerifier',
      4: 'AddVerifiedClient',
      7: 'RemoveVerifiedClientDataCap',
      8: 'RemoveExpiredAllocations',
      9: 'ClaimAllocations',
      10: 'GetClaims',
      11: 'ExtendClaimTerms',
      12: 'RemoveExpiredClaims',
    },
    exported: [
      'AddVerifiedClient',
      'RemoveExpiredAllocations',
      'GetClaims',
      'ExtendClaimTerms',
      'RemoveExpiredClaims',
      'Receive',
    ],
  },
  datacap: {
    exported: [
      'Name',
      'Symbol',
      'Granularity',
      'TotalSupply',
      'Balance',
      'Allowance',
      'Transfer',
      'TransferFrom',
      'IncreaseAllowance',
      'DecreaseAllowance',
      'RevokeAllowance',
      'Burn',
      'BurnFrom',
      'Mint',
      'Destroy',
    ],
  },
  storageminer: {
    internal: {
      2: 'ControlAddresses',
      3: 'ChangeWorkerAddress',
      4: 'ChangePeerID',
      5: 'SubmitWindowedPoSt',
      9: 'TerminateSectors',
      10: 'DeclareFaults',
      11: 'DeclareFaultsRecovered',
      12: 'OnDeferredCronEvent',
      13: 'CheckSectorProven',
      14: 'ApplyRewards',
      15: 'ReportConsensusFault',
      16: 'WithdrawBalance',
      17: 'InternalSectorSetupForPreseal',
      18: 'ChangeMultiaddrs',
      19: 'CompactPartitions',
      20: 'CompactSectorNumbers',
      21: 'ConfirmChangeWorkerAddress',
      22: 'RepayDebt',
      23: 'ChangeOwnerAddress',
      24: 'DisputeWindowedPoSt',
      28: 'PreCommitSectorBatch2',
      30: 'ChangeBeneficiary',
      31: 'GetBeneficiary',
      32: 'ExtendSectorExpiration2',
      34: 'ProveCommitSectors3',
      35: 'ProveReplicaUpdates3',
      36: 'ProveCommitSectorsNI',
    },
    exported: [
      'ChangeWorkerAddress',
      'ChangePeerID',
      'WithdrawBalance',
      'ChangeMultiaddrs',
      'ConfirmChangeWorkerAddress',
      'RepayDebt',
      'ChangeOwnerAddress',
      'ChangeBeneficiary',
      'GetBeneficiary',
      'GetOwner',
      'IsControllingAddress',
      'GetSectorSize',
      'GetAvailableBalance',
      'GetVestingFunds',
      'GetPeerID',
      'GetMultiaddrs',
      'MaxTerminationFee',
      'InitialPledge',
      'GenerateSectorLocation',
      'ValidateSectorStatus',
      'GetNominalSectorExpiration',
    ],
  },
}

type NamesByNumber = ReadonlyMap<MethodNum, string>

const known = new Map<BuiltinName, NamesByNumber>()

/** undefined: the actor has no such method, or is not built in. */
export function methodName(actor: BuiltinName | undefined, method: MethodNum): string | undefined {
  if (method === METHOD_SEND) return 'Send'
  if (actor === undefined) return undefined
  let names = known.get(actor)
  if (names === undefined) {
    names = numbered(methods[actor])
    known.set(actor, names)
  }
  return names.get(method)
}

function numbered({ internal = {}, exported = [] }: MethodNames): NamesByNumber {
  return new Map<MethodNum, string>([
    [METHOD_CONSTRUCTOR, 'Constructor'],
    ...Object.entries(internal).map(([number, name]) => [BigInt(number), name] as const),
    ...exported.map((name) => [methodNumber(name), name] as const),
  ])
}
