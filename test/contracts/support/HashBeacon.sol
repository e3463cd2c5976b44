// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IBeacon} from "../../../contracts/interfaces/IBeacon.sol";

/// @notice Seeds without block headers, which Solidity tests do not have: a hash of the time, captured by asking.
contract HashBeacon is IBeacon {
    mapping(uint64 time => uint256) public seedAt;

    function seed(uint64 time, bytes calldata) external returns (uint256 value) {
        value = seedAt[time];
        if (value != 0) return value;
        require(block.timestamp >= time, SeedMissing(time));
        value = uint256(keccak256(abi.encode(time)));
        seedAt[time] = value;
        emit SeedCaptured(time, value);
    }
}
