/** The network that Hardhat simulates by default, without a line per request. */
export default { networks: { default: { type: 'edr-simulated', loggingEnabled: false } } }
