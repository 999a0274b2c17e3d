// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

/// Prints as Hardhat's console.sol does.
library console {
  function _send(bytes memory payload) private view {
    address target = 0x000000000000000000636F6e736F6c652e6c6f67;
    assembly {
      pop(staticcall(gas(), target, add(payload, 32), mload(payload), 0, 0))
    }
  }

  function log(string memory a) internal view {
    _send(abi.encodeWithSignature("log(string)", a));
  }

  function log(string memory a, uint256 b) internal view {
    _send(abi.encodeWithSignature("log(string,uint256)", a, b));
  }

  function log(address a, bool b, string memory c, uint256 d) internal view {
    _send(abi.encodeWithSignature("log(address,bool,string,uint256)", a, b, c, d));
  }

  function logInt(int256 a) internal view {
    _send(abi.encodeWithSignature("log(int256)", a));
  }

  function logBytes(bytes memory a) internal view {
    _send(abi.encodeWithSignature("log(bytes)", a));
  }
}

contract Printing {
  event Said(uint256 indexed number);

  function speak(uint256 number) external returns (uint256) {
    console.log("hello");
    console.log("number %d of", number);
    console.log(address(0x0a), true, "text", number);
    console.logInt(-5);
    console.logBytes(hex"c0ffee");
    emit Said(number);
    return number;
  }

  function fail() external view {
    console.log("before the end");
    revert("at the end");
  }
}
