// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

/// Logs of every shape.
contract Emitter {
    event Plain(uint256 value);
    event Three(uint256 indexed a, address indexed b, bytes32 indexed c, string text);

    function many(uint256 count) external {
        for (uint256 i = 0; i < count; i++) emit Plain(i);
    }

    function three(uint256 a, address b, bytes32 c, string calldata text) external {
        emit Three(a, b, c, text);
    }

    /// No topic, no data.
    function bare() external {
        assembly {
            log0(0, 0)
        }
    }
}
