// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

/// Contracts that try to bring the node down.
contract Hostile {
    function forever() external pure {
        while (true) {}
    }

    /// Hashing takes more time per gas than jumping.
    function hashForever() external pure {
        bytes32 value;
        while (true) value = keccak256(abi.encode(value));
    }

    /// As deep as calls go. @return depth that was reached
    function recurse(uint256 depth) external returns (uint256) {
        try this.recurse(depth + 1) returns (uint256 reached) {
            return reached;
        } catch {
            return depth;
        }
    }

    /// Each level calls two more.
    function fork() external {
        try this.fork() {} catch {}
        try this.fork() {} catch {}
    }

    function memoryBomb(uint256 step) external pure {
        assembly {
            for { let at := step } true { at := add(at, step) } { mstore(at, 1) }
        }
    }

    /// Frames that all keep their memory.
    function memoryTower(uint256 size, uint256 depth) external returns (uint256) {
        assembly {
            mstore(size, 1)
        }
        try this.memoryTower(size, depth + 1) returns (uint256 reached) {
            return reached;
        } catch {
            return depth;
        }
    }

    function hugeReturn(uint256 size) external pure {
        assembly {
            return(0, size)
        }
    }

    function hugeReason(uint256 size) external pure {
        assembly {
            revert(0, size)
        }
    }

    function createForever() external {
        while (true) new Small();
    }

    function modexp(uint256 length) external view returns (bool success) {
        assembly {
            let at := mload(0x40)
            mstore(at, length)
            mstore(add(at, 0x20), length)
            mstore(add(at, 0x40), length)
            codecopy(add(at, 0x60), 0, mul(length, 3))
            success := staticcall(gas(), 5, at, add(0x60, mul(length, 3)), 0, 0)
        }
    }
}

contract Small {}
