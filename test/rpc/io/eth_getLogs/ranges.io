>> {"jsonrpc":"2.0","id":1,"method":"eth_getLogs","params":[{"fromBlock":"earliest","toBlock":"latest"}]}
<< {"jsonrpc":"2.0","id":1,"result":[]}
>> {"jsonrpc":"2.0","id":1,"method":"eth_getLogs","params":[{"fromBlock":"0x2","toBlock":"0x3"}]}
<< {"jsonrpc":"2.0","id":1,"result":[]}
>> {"jsonrpc":"2.0","id":1,"method":"eth_getLogs","params":[{"fromBlock":"0x3","toBlock":"0x1"}]}
<< {"jsonrpc":"2.0","id":1,"error":{"code":1,"message":"failed to get events for filter: invalid epoch range: to block (1) must be after from block (3)"}}
>> {"jsonrpc":"2.0","id":1,"method":"eth_getLogs","params":[{"toBlock":"0x5"}]}
<< {"jsonrpc":"2.0","id":1,"error":{"code":1,"message":"failed to get events for filter: events for the requested block are not yet available"}}
>> {"jsonrpc":"2.0","id":1,"method":"eth_getLogs","params":[{"fromBlock":"1"}]}
<< {"jsonrpc":"2.0","id":1,"error":{"code":-32602,"message":"invalid parameter 'filter.fromBlock': FromBlock is not a hex: expected latest, pending, safe, finalized, earliest or a number in hex, got \"1\""}}
>> {"jsonrpc":"2.0","id":1,"method":"eth_getLogs","params":[{"topics":[null,null,null,null,null]}]}
<< {"jsonrpc":"2.0","id":1,"error":{"code":-32602,"message":"invalid parameter 'filter.topics': too many topics in filter: 5, max: 4, got an array"}}
