>> {"jsonrpc":"2.0","id":1,"method":"eth_getBalance","params":["0x00000000000000000000000000000000000000aa"]}
<< {"jsonrpc":"2.0","id":1,"result":"0x0"}
>> {"jsonrpc":"2.0","id":1,"method":"eth_getBalance","params":["0x00000000000000000000000000000000000000aa",null,null]}
<< {"jsonrpc":"2.0","id":1,"result":"0x0"}
>> {"jsonrpc":"2.0","id":1,"method":"eth_getBalance","params":{"block":"earliest","address":"0x00000000000000000000000000000000000000AA"}}
<< {"jsonrpc":"2.0","id":1,"result":"0x0"}
// a null round
>> {"jsonrpc":"2.0","id":1,"method":"eth_getBalance","params":["00000000000000000000000000000000000000aa","2"]}
<< {"jsonrpc":"2.0","id":1,"result":"0x0"}
>> {"jsonrpc":"2.0","id":1,"method":"eth_getBalance","params":["0xaa","latest"]}
<< {"jsonrpc":"2.0","id":1,"error":{"code":-32602,"message":"invalid parameter 'address': expected an Ethereum address, 0x and 40 hex digits, got \"0xaa\""}}
>> {"jsonrpc":"2.0","id":1,"method":"eth_getBalance","params":["0x00000000000000000000000000000000000000aa",{"blockHash":"0x1111111111111111111111111111111111111111111111111111111111111111","blockNumber":"0x1"}]}
<< {"jsonrpc":"2.0","id":1,"error":{"code":-32602,"message":"invalid parameter 'block': cannot specify both blockNumber and blockHash, got an object"}}
>> {"jsonrpc":"2.0","id":1,"method":"eth_getBalance","params":["0x00000000000000000000000000000000000000aa","0x5"]}
<< {"jsonrpc":"2.0","id":1,"error":{"code":1,"message":"requested a future epoch (beyond 'latest')"}}
