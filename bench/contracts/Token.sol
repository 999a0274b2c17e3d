// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;

/// The state-changing heart of an ERC-20 token, called in a loop.
contract Token {
    mapping(address => uint256) public balanceOf;
    mapping(address => mapping(address => uint256)) public allowance;

    event Transfer(address indexed from, address indexed to, uint256 value);

    error InsufficientBalance(address from, uint256 balance, uint256 value);

    function transfers(uint256 count) external returns (uint256) {
        balanceOf[msg.sender] += count * 1 ether;
        for (uint256 i = 0; i < count; i++) {
            transfer(address(uint160(0x1000 + (i % 97))), 1 ether - i);
        }
        return balanceOf[msg.sender];
    }

    function transfer(address to, uint256 value) public returns (bool) {
        uint256 balance = balanceOf[msg.sender];
        if (balance < value) revert InsufficientBalance(msg.sender, balance, value);
        unchecked {
            balanceOf[msg.sender] = balance - value;
        }
        balanceOf[to] += value;
        emit Transfer(msg.sender, to, value);
        return true;
    }
}
