import { createRequire } from 'node:module'
import hardhatViem from '@nomicfoundation/hardhat-viem'
import { defineConfig } from 'hardhat/config'

const require = createRequire(import.meta.url)

export default defineConfig({
  plugins: [hardhatViem],
  solidity: {
    version: '0.8.37',
    // solc-js from npm: Hardhat would download the compiler from its own site
    path: require.resolve('solc/soljson.js'),
    settings: { evmVersion: 'cancun', optimizer: { enabled: true, runs: 200 } },
  },
  networks: {
    fevm: {
      type: 'http',
      chainId: 31415926,
      url: process.env.RPC_URL ?? 'http://127.0.0.1:8545',
      // those of the node; with keys of its own Hardhat would not ask it for impersonated accounts
      accounts: 'remote',
    },
  },
})
