>> {"jsonrpc":"2.0","id":1,"method":"eth_blockNumber"}
<< {"jsonrpc":"2.0","id":1,"result":"0x4"}
>> {"jsonrpc":"2.0","id":1,"method":"eth_getBlockByNumber","params":["0x2",false]}
<< {"jsonrpc":"2.0","id":1,"error":{"code":12,"message":"requested epoch was a null round (2)","data":2}}
>> {"jsonrpc":"2.0","id":1,"method":"eth_getBlockReceipts","params":["0x3"]}
<< {"jsonrpc":"2.0","id":1,"error":{"code":12,"message":"requested epoch was a null round (3)","data":3}}
>> {"jsonrpc":"2.0","id":1,"method":"eth_getBlockTransactionCountByNumber","params":["latest"]}
<< {"jsonrpc":"2.0","id":1,"result":"0x0"}
