// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

/// What contracts written for Ethereum do with gas.
contract EthereumGas {
  mapping(uint256 => uint256) public kept;

  receive() external payable {}

  function supportsInterface(bytes4) external pure returns (bool) {
    return true;
  }

  /// As OpenZeppelin's ERC165Checker asks.
  function asks(address target) external view returns (bool success, uint256 answer) {
    bytes memory input = abi.encodeWithSelector(0x01ffc9a7, bytes4(0x01ffc9a7));
    assembly {
      success := staticcall(30000, target, add(input, 0x20), mload(input), 0x00, 0x20)
      answer := mload(0x00)
    }
  }

  function left() external view returns (uint256) {
    return gasleft();
  }

  function keep(uint256 count) external {
    for (uint256 i = 0; i < count; i++) kept[i] = i + 1;
  }

  function forever() external {
    for (uint256 i = 0; ; i++) kept[i] = i + 1;
  }

  function pay(address payable target) external payable {
    target.transfer(msg.value);
  }
}
