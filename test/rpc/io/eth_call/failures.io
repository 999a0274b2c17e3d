>> {"jsonrpc":"2.0","id":1,"method":"eth_call","params":[{"from":"0xff00000000000000000000000000000000000001","to":"0x00000000000000000000000000000000000000aa"}]}
<< {"jsonrpc":"2.0","id":1,"error":{"code":1,"message":"expected a class 4 address, got: 0"}}
>> {"jsonrpc":"2.0","id":1,"method":"eth_call","params":["0x"]}
<< {"jsonrpc":"2.0","id":1,"error":{"code":-32602,"message":"invalid parameter 'transaction': expected a transaction object, got \"0x\""}}
