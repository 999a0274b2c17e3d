>> {"jsonrpc":"2.0","id":1,"method":"Filecoin.EthAddressToFilecoinAddress","params":["0xff00000000000000000000000000000000000064"]}
<< {"jsonrpc":"2.0","id":1,"result":"t0100"}
>> {"jsonrpc":"2.0","id":1,"method":"Filecoin.FilecoinAddressToEthAddress","params":["f0100"]}
<< {"jsonrpc":"2.0","id":1,"result":"0xff00000000000000000000000000000000000064"}
