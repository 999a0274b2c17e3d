// ids come back as they are
>> {"jsonrpc":"2.0","id":"abc","method":"net_version"}
<< {"jsonrpc":"2.0","id":"abc","result":"31415926"}
>> {"jsonrpc":"2.0","id":null,"method":"net_listening","params":[]}
<< {"jsonrpc":"2.0","id":null,"result":true}
// a notification
>> {"jsonrpc":"2.0","method":"net_version"}
// a batch
>> [{"jsonrpc":"2.0","id":1,"method":"eth_chainId"},{"jsonrpc":"2.0","method":"eth_chainId"},{"jsonrpc":"2.0","id":2,"method":"Filecoin.EthChainId"}]
<< [{"jsonrpc":"2.0","id":1,"result":"0x1df5e76"},{"jsonrpc":"2.0","id":2,"result":"0x1df5e76"}]
>> []
<< {"jsonrpc":"2.0","id":null,"error":{"code":-32600,"message":"invalid request: empty batch"}}
>> [1]
<< [{"jsonrpc":"2.0","id":null,"error":{"code":-32600,"message":"invalid request: expected an object"}}]
>> {"jsonrpc":"2.0","method":1,"params":"bar"}
<< {"jsonrpc":"2.0","id":null,"error":{"code":-32600,"message":"invalid request: method must be a string"}}
>> {"jsonrpc":"2.0","id":5,"method":"eth_blokNumber"}
<< {"jsonrpc":"2.0","id":5,"error":{"code":-32601,"message":"method 'eth_blokNumber' not found: the method eth_blokNumber does not exist/is not available, did you mean 'eth_blockNumber'?"}}
