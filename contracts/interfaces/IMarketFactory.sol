// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IMarketState} from "./IStorageMarket.sol";

/// @title IMarketFactory
/// @notice Deploys markets, one for each set of parameters, all of one code, at addresses that are known before. Nobody owns
/// the factory, and it has no power over its markets.
interface IMarketFactory {
    /// @notice A market was deployed.
    event MarketCreated(address indexed market, address indexed token, IMarketState.Parameters parameters);

    /// @notice Thrown when the code is not that of this factory's markets.
    error CreationCodeInvalid(bytes32 expected, bytes32 actual);

    /// @notice Hash of the creation code of every market, without the parameters.
    function CREATION_CODE_HASH() external view returns (bytes32);

    /// @notice Deploys the market of these parameters. By anyone, once: later calls return the same market and change nothing, so
    /// that nobody can make a call fail by sending it first. Parameters that a market refuses revert with its own error.
    /// @param creationCode Of `StorageMarket`, as compiled: too large for this contract to hold.
    function create(
        IMarketState.Parameters calldata parameters,
        bytes calldata creationCode
    ) external returns (address market);

    /// @notice Where the market of these parameters is or will be.
    function marketAt(IMarketState.Parameters calldata parameters) external view returns (address);

    /// @notice Whether this factory has deployed `market`.
    function isMarket(address market) external view returns (bool);
}
